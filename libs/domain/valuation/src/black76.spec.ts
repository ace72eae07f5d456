import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import fc from 'fast-check';
import type { OptionType } from '@ballast/instruments';
import { exp } from '@ballast/kernel';
import { black76, undiscountedValue } from './black76.js';
import { type Greeks, black76Greeks } from './greeks.js';
import { haugGreeks, haugValues, mpmathOptions, vollibOptions } from './option.fixtures.js';

/** Relative difference. */
const off = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

/** Black-Scholes-Merton greeks by spot, from the greeks by forward: F = S exp((r - q) T). */
function bySpot(type: OptionType, strike: number, spot: number, q: number, r: number, t: number, vol: number) {
  const growth = exp((r - q) * t);
  const forward = spot * growth;
  const g = black76Greeks(type, forward, strike, t, vol, exp(-r * t), r);
  const carried = forward * g.delta;
  return {
    value: g.value,
    delta: g.delta * growth,
    elasticity: carried / g.value,
    gamma: g.gamma * growth * growth,
    vega: g.vega,
    theta: g.theta - (r - q) * carried,
    theta_per_day: (g.theta - (r - q) * carried) / 365,
    rho: g.rho + t * carried,
    dividendRho: -t * carried,
  } as Record<string, number>;
}

const market = fc.record({
  type: fc.constantFrom<OptionType>('call', 'put'),
  forward: fc.double({ min: 1, max: 100_000, noNaN: true }),
  moneyness: fc.double({ min: -3, max: 3, noNaN: true }),
  timeYears: fc.double({ min: 0.002, max: 2, noNaN: true }),
  volatility: fc.double({ min: 0.05, max: 2, noNaN: true }),
});
const strikeOf = (m: { forward: number; moneyness: number; timeYears: number; volatility: number }) =>
  m.forward * exp(m.moneyness * m.volatility * Math.sqrt(m.timeYears));

describe('Black-76 [CLR-VAL-010] [CLR-VAL-011]', () => {
  it('W50: 60,000 / 66,000, 30 days, 60 %: call 1,962.156303, put 7,962.156303, put-call parity exact', () => {
    const call = black76('call', 60_000, 66_000, 30 / 365, 0.6);
    expect(call).toBeCloseTo(1_962.156302825646, 9);
    expect(black76('put', 60_000, 66_000, 30 / 365, 0.6) - call).toBe(6_000);
  });

  it.each(mpmathOptions)('is exact to 1e-13 for a %s at %d, T %d, vol %d: %d', (type, strike, t, vol, price) => {
    expect(off(black76(type, 100, strike, t, vol), price)).toBeLessThan(1e-13);
  });

  it.each([
    // mpmath, 40 digits, for these exact floats: the difference of two nearly equal products would leave 4 to 8 digits.
    ['one tick from the money, one minute left', 100_000, 100_000.5, 0.001378, 54.72474120919588],
    ['at the money, volatility of a stable pair', 1, 1, 1e-6, 3.98942280401416e-7],
    ['a millionth out of the money', 1, 1.000001, 1e-6, 8.331559158610058e-8],
  ] as const)('keeps its digits %s', (_, forward, strike, total, price) => {
    expect(off(undiscountedValue(true, forward, strike, total), price)).toBeLessThan(1e-12);
  });

  it.each(haugValues)('agrees with Haug to 4 decimals: %s K %d S %d q %d r %d T %d vol %d = %d', (...row) => {
    const [type, strike, spot, q, r, t, vol, value] = row;
    expect(Math.abs((bySpot(type, strike, spot, q, r, t, vol).value as number) - value)).toBeLessThan(1e-4);
  });

  it.each(vollibOptions)('agrees with py_vollib at S %d, T %d, vol %d', (spot, t, vol, call, put, ...greeks) => {
    const ours = bySpot('call', 1_000, spot, 0, 0.05, t, vol);
    const [delta, gamma, theta, vega, rho] = greeks;
    expect(off(ours.value as number, call)).toBeLessThan(1e-8);
    expect(Math.abs((bySpot('put', 1_000, spot, 0, 0.05, t, vol).value as number) - put)).toBeLessThan(1e-5);
    expect(Math.abs((ours.delta as number) - delta)).toBeLessThan(1e-8);
    expect(Math.abs((ours.gamma as number) - gamma)).toBeLessThan(1e-8);
    expect(off(ours.theta as number, theta)).toBeLessThan(1e-6);
    expect(off(ours.vega as number, vega)).toBeLessThan(1e-6);
    expect(off(ours.rho as number, rho)).toBeLessThan(1e-6);
  });

  it.each([
    ['call', 110, 100, 0, 0.5, 10],
    ['call', 90, 100, 0, 0.5, 0],
    ['put', 90, 100, 1, 0, 10],
    ['put', 100, 100, 1, 0, 0],
  ] as const)('is the intrinsic value at expiry or without volatility: %s F %d K %d', (type, f, k, t, vol, value) => {
    expect(black76(type, f, k, t, vol)).toBe(value);
    const { vega, gamma, theta } = black76Greeks(type, f, k, t, vol);
    expect([vega, gamma, theta]).toEqual([0, 0, 0]);
  });

  it('lies between the intrinsic value and the forward (call) or strike (put)', () => {
    fc.assert(
      fc.property(market, (m) => {
        const strike = strikeOf(m);
        const value = black76(m.type, m.forward, strike, m.timeYears, m.volatility);
        const inside = m.type === 'call' ? m.forward - strike : strike - m.forward;
        expect(value).toBeGreaterThanOrEqual(Math.max(0, inside));
        expect(value).toBeLessThanOrEqual(m.type === 'call' ? m.forward : strike);
      }),
    );
  });

  it('rises with volatility and is discounted by its factor alone', () => {
    fc.assert(
      fc.property(market, fc.double({ min: 0.01, max: 1, noNaN: true }), (m, more) => {
        const strike = strikeOf(m);
        const value = black76(m.type, m.forward, strike, m.timeYears, m.volatility);
        expect(black76(m.type, m.forward, strike, m.timeYears, m.volatility + more)).toBeGreaterThan(value);
        expect(black76(m.type, m.forward, strike, m.timeYears, m.volatility, 0.97)).toBe(0.97 * value);
      }),
    );
  });

  it.each([
    ['not-finite', NaN, 100, 1, 0.5],
    ['not-finite', 100, Infinity, 1, 0.5],
    ['not-finite', 100, 100, NaN, 0.5],
    ['not-finite', 100, 100, 1, Infinity],
    ['not-positive', 0, 100, 1, 0.5],
    ['not-positive', 100, -1, 1, 0.5],
    ['negative-time', 100, 100, -1e-9, 0.5],
    ['negative-volatility', 100, 100, 1, -0.1],
  ])('refuses bad figures with %s: F %d K %d T %d vol %d', (code, f, k, t, vol) => {
    for (const valued of [black76, black76Greeks]) {
      expect(() => valued('call', f, k, t, vol)).toThrow(
        expect.objectContaining({ name: 'ValuationError', code }) as Error,
      );
    }
  });

  it.each([
    ['not-finite', NaN, 0],
    ['not-positive', 0, 0],
    ['not-finite', 1, NaN],
    ['not-finite', 1, -Infinity],
  ])('refuses with %s a discount factor of %d and a rate of %d', (code, discountFactor, rate) => {
    const bad = expect.objectContaining({ name: 'ValuationError', code }) as Error;
    expect(() => black76Greeks('call', 100, 100, 1, 0.5, discountFactor, rate)).toThrow(bad);
    if (rate === 0) expect(() => black76('call', 100, 100, 1, 0.5, discountFactor)).toThrow(bad);
  });
});

describe('greeks [CLR-VAL-012]', () => {
  it.each(mpmathOptions)('agree with mpmath for a %s at %d, T %d, vol %d', (type, strike, t, vol, _, ...expected) => {
    const g = black76Greeks(type, 100, strike, t, vol);
    const ours = [g.delta, g.gamma, g.vega, g.theta];
    ours.forEach((figure, i) => expect(off(figure, expected[i] as number)).toBeLessThan(1e-13));
  });

  it.each(haugGreeks)('agree with Haug to 4 decimals: %s of a %s', (greek, type, strike, spot, q, r, t, vol, value) => {
    expect(Math.abs((bySpot(type, strike, spot, q, r, t, vol)[greek] as number) - value)).toBeLessThan(1e-4);
  });

  it('are the finite differences of the value, and vanna and volga those of vega', () => {
    fc.assert(
      fc.property(market, (m) => {
        const { type, forward, timeYears, volatility } = m;
        const strike = strikeOf(m);
        const rate = 0.04;
        const at = (f: number, t: number, v: number, r = rate): Greeks =>
          black76Greeks(type, f, strike, t, v, exp(-r * t), r);
        const centre = at(forward, timeYears, volatility);
        // Fourth-order central differences; the step is a fraction of the total volatility so that h^4 is below 1e-8.
        const slope = (figure: (x: number) => number, x: number, h: number) =>
          (8 * (figure(x + h) - figure(x - h)) - (figure(x + 2 * h) - figure(x - 2 * h))) / (12 * h);
        const s = volatility * Math.sqrt(timeYears);
        const df = 2e-3 * Math.min(s, 1) * forward;
        const dv = 1e-3 * volatility;
        const dt = 1e-3 * timeYears;
        const near = (actual: number, expected: number, scale: number) =>
          expect(Math.abs(actual - expected)).toBeLessThan(1e-6 * scale);
        near(
          slope((x) => at(x, timeYears, volatility).value, forward, df),
          centre.delta,
          1,
        );
        near(
          slope((x) => at(x, timeYears, volatility).delta, forward, df),
          centre.gamma,
          1 / (forward * s),
        );
        near(
          slope((x) => at(forward, timeYears, x).value, volatility, dv),
          centre.vega,
          centre.vega + forward / 100,
        );
        near(
          slope((x) => -at(forward, x, volatility).value, timeYears, dt),
          centre.theta,
          Math.max(forward, strike) / timeYears,
        );
        near(
          slope((x) => at(forward, timeYears, volatility, x).value, rate, 1e-3),
          centre.rho,
          Math.max(forward, strike) * (1 + timeYears),
        );
        near(
          slope((x) => at(x, timeYears, volatility).vega, forward, df),
          centre.vanna,
          1 / Math.min(volatility, 1),
        );
        near(
          slope((x) => at(forward, timeYears, x).vega, volatility, dv),
          centre.volga,
          (20 * forward) / volatility,
        );
      }),
    );
  });
});

const directory = process.env.BALLAST_VECTORS;
const whole = directory === undefined ? describe.skip : describe;
whole('the whole vector files (not run unless BALLAST_VECTORS names their directory)', () => {
  const rows = (file: string) =>
    fs
      .readFileSync(path.join(directory as string, file), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));

  it('1,008 mpmath options: prices above 1e-10 of the forward to 1e-13, greeks likewise', () => {
    for (const [type, ...figures] of rows('generated_mpmath_black76_undiscounted.csv')) {
      const [forward, strike, t, vol, price, delta, gamma, vega, theta] = figures.map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const g = black76Greeks(type as OptionType, forward, strike, t, vol);
      if (price > 1e-10 * forward) expect(off(g.value, price)).toBeLessThan(1e-13);
      if (Math.abs(delta) > 1e-10) expect(off(g.delta, delta)).toBeLessThan(1e-13);
      if (gamma > 1e-10) expect(off(g.gamma, gamma)).toBeLessThan(1e-13);
      if (vega > 1e-10) expect(off(g.vega, vega)).toBeLessThan(1e-13);
      if (theta < -1e-10) expect(off(g.theta, theta)).toBeLessThan(1e-13);
    }
  });

  it('101 py_vollib calls to the digits printed', () => {
    for (const [s, k, r, t, v, call] of rows('py_vollib_black_scholes_values_greeks.csv').map((row) =>
      row.map(Number),
    )) {
      const ours = bySpot('call', k as number, s as number, 0, r as number, t as number, v as number).value as number;
      expect(Math.abs(ours - (call as number))).toBeLessThan(6e-7);
    }
  });
});
