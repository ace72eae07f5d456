import fc from 'fast-check';
import { exp } from '@ballast/kernel';
import { black76, undiscountedValue } from './black76.js';
import { impliedTotalVolatility, impliedVolatility } from './implied-volatility.js';
import { jaeckelPoints, mpmathOptions } from './option.fixtures.js';

const off = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

describe('implied volatility [CLR-VAL-013]', () => {
  it.each(jaeckelPoints)('holds on the hard point ln K/F %d, strike %d, volatility %d', (_, strike, vol, price) => {
    expect(off(impliedVolatility('call', 1, strike, 1, price), vol)).toBeLessThan(1e-14);
  });

  it.each(mpmathOptions.filter(([type, strike]) => (type === 'call') === strike >= 100))(
    'finds the volatility of the %s at %d, T %d again: %d',
    (type, strike, t, vol, price) => {
      expect(off(impliedVolatility(type, 100, strike, t, price), vol)).toBeLessThan(1e-13);
    },
  );

  it('comes back to 1e-12 on the normal range: within 5 deviations, total volatility 0.001 to 3', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.double({ min: -7, max: 1.1, noNaN: true }),
        fc.boolean(),
        (deviations, logTotal, isCall) => {
          const total = exp(logTotal);
          const [low, high] = [50_000, 50_000 * exp(deviations * total)];
          const price = isCall ? undiscountedValue(true, low, high, total) : undiscountedValue(false, high, low, total);
          expect(off(impliedTotalVolatility(low, high, price), total)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('holds to 1e-12 as far out as a float has a price: 36 deviations, total volatility to 7', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 36, noNaN: true }),
        fc.double({ min: -9, max: 2, noNaN: true }),
        (deviations, logTotal) => {
          const total = exp(logTotal);
          const high = exp(Math.min(deviations * total, 100));
          const price = undiscountedValue(true, 1, high, total);
          // Nearer to the maximum the price itself no longer tells volatilities apart to 12 digits.
          fc.pre(price > 1e-290 && price < 0.999);
          expect(off(impliedTotalVolatility(1, high, price), total)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('reads an option in the money as far as its time value goes', () => {
    const price = black76('put', 60_000, 66_000, 30 / 365, 0.6, 0.99);
    expect(off(impliedVolatility('put', 60_000, 66_000, 30 / 365, price, 0.99), 0.6)).toBeLessThan(1e-14);
  });

  it('is zero at exactly the intrinsic value', () => {
    expect(impliedVolatility('call', 110, 100, 0.5, 10)).toBe(0);
    expect(impliedVolatility('put', 110, 100, 0.5, 0)).toBe(0);
  });

  it.each([
    ['price-below-intrinsic', 'call', 110, 100, 1, 9.999],
    ['price-below-intrinsic', 'put', 110, 100, 1, -0.001],
    ['price-above-maximum', 'call', 110, 100, 1, 110],
    ['price-above-maximum', 'put', 110, 100, 1, 100],
    ['instrument-expired', 'call', 110, 100, 0, 12],
    ['instrument-expired', 'call', 110, 100, -1, 12],
    ['not-finite', 'call', 110, 100, 1, NaN],
    ['not-finite', 'call', Infinity, 100, 1, 5],
    ['not-positive', 'call', 110, 0, 1, 5],
  ] as const)('refuses with %s: %s F %d K %d T %d price %d', (code, type, f, k, t, price) => {
    expect(() => impliedVolatility(type, f, k, t, price)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
