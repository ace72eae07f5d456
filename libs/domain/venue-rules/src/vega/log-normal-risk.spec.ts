import { describe, expect, it } from '@jest/globals';
import { dec } from '@ballast/kernel';
import fc from 'fast-check';
import { logNormalRiskFactors } from './log-normal-risk.js';

const factors = (riskAversion: string, tau: string, mu: string, sigma: string) =>
  logNormalRiskFactors({ riskAversion: dec(riskAversion), tau: dec(tau), mu: dec(mu), sigma: dec(sigma) });

describe('risk factors are expected shortfalls of a log-normal price [CLR-MDL-141]', () => {
  // 60-digit arithmetic (mpmath).
  it.each([
    ['0.000001', '0.002', '0.24649034399891445845', '0.19929350220634288691'],
    ['0.000001', '0.1', '3.5569035914827038395', '0.80072820798441445575'],
    ['0.000001', '0.000003995', '0.0099376048485203680283', '0.0098436357430470459829'],
  ])('lambda %s, tau %s, sigma 1: short %s, long %s, to 1e-14', (lambda, tau, short, long) => {
    const found = factors(lambda, tau, '0', '1');
    expect(found.short.minus(short).abs().lt('1e-14')).toBe(true);
    expect(found.long.minus(long).abs().lt('1e-14')).toBe(true);
  });

  it('agrees to 1e-9 with the figure that a feature file of vegaprotocol/vega (a50750cc, AGPL-3.0) notes', () => {
    const { short } = factors('0.000001', '0.002', '0', '1');
    expect(short.minus('0.246490344053').abs().lt('1e-9')).toBe(true);
  });

  it('a price that does not move needs no margin', () => {
    const { long, short } = factors('0.01', '1', '0', '0');
    expect(long.abs().lt('1e-14')).toBe(true);
    expect(short.abs().lt('1e-14')).toBe(true);
  });

  it('a longer horizon, a higher volatility and a rarer tail never ask for less', () => {
    const step = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(step, step, step, step, (lambdaStep, tau, sigma, more) => {
        const lambda = `${lambdaStep / 1000}`;
        const base = factors(lambda, `${tau / 1000}`, '0', `${sigma / 100}`);
        const rarer = factors(`${lambdaStep / 2000}`, `${tau / 1000}`, '0', `${sigma / 100}`);
        const longer = factors(lambda, `${(tau + more) / 1000}`, '0', `${sigma / 100}`);
        const wilder = factors(lambda, `${tau / 1000}`, '0', `${(sigma + more) / 100}`);
        for (const larger of [rarer, longer, wilder]) {
          expect(larger.long.gte(base.long)).toBe(true);
          expect(larger.short.gte(base.short)).toBe(true);
        }
        expect(base.long.gt(0) && base.long.lt(1)).toBe(true);
        // A price can rise further than it can fall.
        expect(base.short.gt(base.long)).toBe(true);
      }),
    );
  });

  it.each([
    ['riskAversion', '0', '1', '0', '1'],
    ['riskAversion', '1', '1', '0', '1'],
    ['riskAversion', 'NaN', '1', '0', '1'],
    ['tau', '0.1', '0', '0', '1'],
    ['tau', '0.1', 'Infinity', '0', '1'],
    ['mu', '0.1', '1', 'NaN', '1'],
    ['sigma', '0.1', '1', '0', '-0.1'],
  ])('%s out of its range is refused: %s, %s, %s, %s', (field, lambda, tau, mu, sigma) => {
    expect(() => factors(lambda, tau, mu, sigma)).toThrow(
      expect.objectContaining({ code: 'risk-parameter-out-of-range', field }),
    );
  });
});
