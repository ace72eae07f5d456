import { sviVariance } from '@ballast/valuation';
import { sviDensity } from '@ballast/valuation/testing';
import { smileOf, varianceAtTheMoney } from './smile.js';

const DAY = 1 / 365;

describe('the smile of the simulated options market', () => {
  it.each([0.01, 0.04, 0.3, 1.5])('has no expiry cheaper than an earlier one at %s a day realised', (daily) => {
    for (const underlying of ['BTC', 'ETH'] as const) {
      const variances = [0.01, 0.5, 1, 2, 7, 30, 180].map((days) => varianceAtTheMoney(underlying, days * DAY, daily));
      expect(variances).toEqual([...variances].sort((a, b) => a - b));
      expect(variances[0]).toBeGreaterThan(0);
    }
  });

  it('follows realised volatility near the expiry, hardly far from it', () => {
    const rise = (days: number): number =>
      varianceAtTheMoney('BTC', days * DAY, 0.12) / varianceAtTheMoney('BTC', days * DAY, 0.04);
    expect(rise(0.1)).toBeGreaterThan(7);
    expect(rise(90)).toBeLessThan(1.4);
  });

  it('stops at its highest volatility, whatever was realised', () => {
    expect(varianceAtTheMoney('BTC', DAY, 5)).toBe(varianceAtTheMoney('BTC', DAY, 1));
  });

  it.each([0.0005, 0.01, 0.2])('has no butterfly that would be paid to hold, at a variance of %s', (variance) => {
    const slice = smileOf(variance);
    for (let deviations = -4; deviations <= 4; deviations += 0.1) {
      expect(sviDensity(slice, deviations * Math.sqrt(variance))).toBeGreaterThan(0);
    }
    expect(sviVariance(slice, 0)).toBeCloseTo(variance, 12);
    expect(sviVariance(slice, -2 * Math.sqrt(variance))).toBeGreaterThan(sviVariance(slice, 2 * Math.sqrt(variance)));
  });
});
