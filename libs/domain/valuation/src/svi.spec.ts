import fc from 'fast-check';
import { exp, log } from '@ballast/kernel';
import { levenbergMarquardt } from './levenberg-marquardt.js';
import { nelderMead } from './nelder-mead.js';
import { euroStoxx, hardSmile, quantLibSlice, spxWeekly, vogt } from './smile.fixtures.js';
import type { SmilePoint } from './smile.js';
import { fitSsvi, risingThetas, ssviConditions, ssviSlice, sviOfSsvi } from './ssvi.js';
import { gridOver, smileGates } from './surface-gates.js';
import {
  type SviSlice,
  checkSvi,
  sviDensity,
  sviLeastVariance,
  sviVariance,
  sviVolatility,
  sviWingSlope,
} from './svi.js';
import { BUNDLED_SURFACE_RULES } from './surface-rules.fixtures.js';
import { fitSvi as fitUnder } from './svi-fit.js';
import { repairSvi as repairUnder, type SviBounds } from './svi-repair.js';

const { fit: FIT, ssvi: SSVI } = BUNDLED_SURFACE_RULES;
const BROAD = FIT.broad;
const fitSvi = (points: readonly SmilePoint[], timeYears: number, resistance = BROAD) =>
  fitUnder(points, timeYears, resistance, FIT);
const repairSvi = (points: readonly SmilePoint[], timeYears: number, failed: SviSlice, bounds: SviBounds) =>
  repairUnder(points, timeYears, failed, bounds, BUNDLED_SURFACE_RULES);

const pointsOf = (smile: readonly (readonly [number, number])[], kOf: (x: number) => number = log): SmilePoint[] =>
  smile.map(([x, volatility]) => ({ k: kOf(x), volatility, weight: 1 }));

const missesOf = (points: readonly SmilePoint[], slice: Parameters<typeof sviVariance>[0], t: number): number[] =>
  points.map(({ k, volatility }) => Math.abs(sviVolatility(slice, t, k) - volatility)).sort((p, q) => p - q);

const median = (values: readonly number[]) => values[values.length >> 1] as number;

const realSlice = fc
  .record({
    least: fc.double({ min: 0.0005, max: 0.3, noNaN: true }),
    b: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
    rho: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    m: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
    sigma: fc.double({ min: 0.03, max: 0.6, noNaN: true }),
  })
  .map(({ least, b, rho, m, sigma }) => ({ a: least - b * sigma * Math.sqrt(1 - rho * rho), b, rho, m, sigma }));

describe('raw SVI', () => {
  it('is w(m) = a + b sigma at its centre, and least where its slope is zero', () => {
    expect(sviVariance(quantLibSlice, 0.193)).toBeCloseTo(-0.0666 + 0.229 * 0.337, 15);
    const { m, sigma, rho } = quantLibSlice;
    const lowest = m - (rho * sigma) / Math.sqrt(1 - rho * rho);
    expect(sviVariance(quantLibSlice, lowest)).toBeCloseTo(sviLeastVariance(quantLibSlice), 15);
    expect(sviWingSlope(quantLibSlice)).toBeCloseTo(0.229 * 1.439, 15);
  });

  it('has a volatility of 0 where its digits leave its variance a hair below', () => {
    const bent: SviSlice = { a: -0.25 - 1e-13, b: 1, rho: 0, m: 0, sigma: 0.25 };
    expect(sviVariance(bent, 0)).toBeLessThan(0);
    expect(sviVolatility(bent, 1, 0)).toBe(0);
  });

  it("finds the butterfly arbitrage of Vogt's slice, about k = 0.88", () => {
    expect(sviDensity(vogt, 0.88)).toBeLessThan(0);
    expect(sviDensity(vogt, 0)).toBeGreaterThan(0);
    const gate = smileGates(vogt, gridOver(-1.5, 1.5, 301)).find(({ gate: name }) => name === 'butterfly');
    expect(gate).toMatchObject({ passed: false });
    expect(gate?.at).toBeCloseTo(0.88, 1);
  });

  it('has the density of its own second difference: g(k) > 0 exactly where butterflies cost something', () => {
    fc.assert(
      fc.property(realSlice, fc.double({ min: -0.5, max: 0.5, noNaN: true }), (slice, k) => {
        const h = 1e-5;
        const w = (x: number) => sviVariance(slice, x);
        const first = (w(k + h) - w(k - h)) / (2 * h);
        const second = (w(k + h) - 2 * w(k) + w(k - h)) / (h * h);
        const lean = 1 - (k * first) / (2 * w(k));
        const g = lean * lean - (first * first * (1 / w(k) + 0.25)) / 4 + second / 2;
        expect(Math.abs(sviDensity(slice, k) - g)).toBeLessThan(1e-3 * (1 + Math.abs(g)));
      }),
    );
  });

  it.each([
    ['not-finite', { ...vogt, a: NaN }],
    ['not-finite', { ...vogt, m: Infinity }],
    ['parameter-out-of-range', { ...vogt, b: -0.1 }],
    ['parameter-out-of-range', { ...vogt, rho: 1.01 }],
    ['parameter-out-of-range', { ...vogt, sigma: 0 }],
    ['negative-variance', { ...vogt, a: -0.06 }],
  ])('refuses a slice that is none: %s', (code, slice) => {
    expect(() => checkSvi(slice)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('a fit of raw SVI [CLR-VAL-022]', () => {
  it('finds the parameters of a smile that is one', () => {
    const t = 11 / 365;
    const points = pointsOf(
      [...gridOver(-0.6, 0.9, 31)].map((k) => [k, Math.sqrt(sviVariance(quantLibSlice, k) / t)] as const),
      (k) => k,
    );
    const slice = fitSvi(points, t);
    expect(missesOf(points, slice, t).at(-1)).toBeLessThan(1e-5);
    for (const name of ['a', 'b', 'rho', 'm', 'sigma'] as const)
      expect(slice[name]).toBeCloseTo(quantLibSlice[name], 3);
  });

  it('comes within a hundredth of a vol point of any smile that is raw SVI', () => {
    fc.assert(
      fc.property(realSlice, fc.double({ min: 0.02, max: 2, noNaN: true }), (slice, t) => {
        const points = pointsOf(
          [...gridOver(-0.8, 0.8, 25)].map((k) => [k, sviVolatility(slice, t, k)] as const),
          (k) => k,
        );
        const misses = missesOf(points, fitSvi(points, t), t);
        expect(median(misses)).toBeLessThan(1e-4 * Math.max(1, points[12]?.volatility as number));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps its shape when a tenth of the quotes is far off', () => {
    const t = 0.25;
    const clean = { a: 0.02, b: 0.12, rho: -0.3, m: 0.02, sigma: 0.2 };
    const points = [...gridOver(-0.7, 0.7, 31)].map((k, i): SmilePoint => ({
      k,
      volatility: sviVolatility(clean, t, k) + (i % 10 === 4 ? 0.25 : 0),
      weight: 1,
    }));
    const slice = fitSvi(points, t);
    for (const k of gridOver(-0.7, 0.7, 29))
      expect(Math.abs(sviVolatility(slice, t, k) - sviVolatility(clean, t, k))).toBeLessThan(2e-3);
  });

  it.each([
    // Reached today; each with its greatest miss left open, because raw SVI cannot do better on some of these.
    ['S&P 500 weeklies', pointsOf(spxWeekly, (k) => k), 8 / 365, 0.02],
    ['19 strikes that raw SVI fits badly', pointsOf(hardSmile), 1, 0.006],
    ...euroStoxx
      .filter(([, smile]) => smile.length >= 5)
      .map(([t, smile]) => [`Euro Stoxx, T ${t}`, pointsOf(smile), t, 0.005] as const),
  ] as const)('comes close to a real smile: %s', (_, points, t, most) => {
    const slice = checkSvi(fitSvi(points, t));
    expect(median(missesOf(points, slice, t))).toBeLessThan(most);
    expect(sviWingSlope(slice)).toBeLessThanOrEqual(2);
  });

  it.each([
    ['too-few-quotes', pointsOf(hardSmile).slice(0, 4), 1],
    ['instrument-expired', pointsOf(hardSmile), 0],
    ['not-finite', [...pointsOf(hardSmile), { k: NaN, volatility: 0.3, weight: 1 }], 1],
    ['not-positive', [...pointsOf(hardSmile), { k: 0.1, volatility: -0.3, weight: 1 }], 1],
    ['not-positive', [...pointsOf(hardSmile), { k: 0.1, volatility: 0.3, weight: 0 }], 1],
  ])('refuses with %s', (code, points, t) => {
    expect(() => fitSvi(points, t)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('a repaired slice [CLR-VAL-023]', () => {
  const t = 1;
  const points = pointsOf(
    [...gridOver(-1, 1.2, 23)].map((k) => [k, sviVolatility(vogt, t, k)] as const),
    (k) => k,
  );
  const densityGrid = gridOver(-1.5, 1.7, 81);
  const none = new Float64Array(0);

  it("loses the butterfly arbitrage of Vogt's smile and stays within one and a half vol points of it", () => {
    const slice = repairSvi(points, t, fitSvi(points, t, { ...BROAD, rounds: 0 }), {
      densityGrid,
      calendarGrid: none,
      floor: none,
    });
    expect(smileGates(slice, gridOver(-1.5, 1.7, 321)).filter(({ passed }) => !passed)).toEqual([]);
    expect(missesOf(points, slice, t).at(-1)).toBeLessThan(0.015);
  });

  it('comes to lie above the expiry before it', () => {
    const calendarGrid = gridOver(-1, 1, 41);
    const floor = calendarGrid.map((k) => sviVariance(vogt, k) + 0.004);
    const slice = repairSvi(points, t, fitSvi(points, t, { ...BROAD, rounds: 0 }), {
      densityGrid,
      calendarGrid,
      floor,
    });
    calendarGrid.forEach((k, i) => expect(sviVariance(slice, k)).toBeGreaterThanOrEqual(floor[i] as number));
  });
});

describe('SSVI [CLR-VAL-023]', () => {
  it('is a raw SVI slice', () => {
    const slice = { theta: 0.09, phi: 1.4, rho: -0.35 };
    const raw = sviOfSsvi(slice);
    for (const k of gridOver(-1, 1, 21)) {
      const { theta, phi, rho } = slice;
      const x = phi * k + rho;
      expect(sviVariance(raw, k)).toBeCloseTo((theta / 2) * (1 + rho * phi * k + Math.sqrt(x * x + 1 - rho * rho)), 14);
    }
    expect(sviVariance(raw, 0)).toBeCloseTo(0.09, 15);
  });

  it('fitted across the Euro Stoxx expiries, has no butterfly and no calendar arbitrage anywhere', () => {
    const fitted = euroStoxx.filter(([, smile]) => smile.length >= 5);
    const thetas = risingThetas(fitted.map(([t, smile]) => sviVariance(fitSvi(pointsOf(smile), t), 0)));
    const surface = fitSsvi(
      fitted.map(([timeYears, smile], i) => ({ timeYears, theta: thetas[i] as number, points: pointsOf(smile) })),
      SSVI,
    );
    const grid = gridOver(-3, 3, 301);
    const slices = thetas.map((theta) => ssviSlice(surface, theta));
    slices.forEach((slice, i) => {
      const { slope, curvature } = ssviConditions(slice);
      expect(slope).toBeLessThan(4);
      expect(curvature).toBeLessThanOrEqual(4);
      expect(smileGates(sviOfSsvi(slice), grid, slice).filter(({ passed }) => !passed)).toEqual([]);
      const before = slices[i - 1];
      if (before)
        for (const k of grid)
          expect(sviVariance(sviOfSsvi(slice), k)).toBeGreaterThanOrEqual(
            sviVariance(sviOfSsvi(before), k) * (1 - 1e-12),
          );
    });
    const misses = fitted.flatMap(([t, smile], i) =>
      missesOf(pointsOf(smile), sviOfSsvi(slices[i] as (typeof slices)[0]), t),
    );
    expect(median(misses.sort((p, q) => p - q))).toBeLessThan(0.02);
  });
});

describe('the minimisers', () => {
  it("find the least point of Rosenbrock's valley", () => {
    const valley = ([x, y]: Float64Array) => 100 * ((y as number) - (x as number) ** 2) ** 2 + (1 - (x as number)) ** 2;
    const simplex = nelderMead(valley, Float64Array.of(-1.2, 1), Float64Array.of(0.5, 0.5), 500, 1e-16);
    const marquardt = levenbergMarquardt(
      ([x, y], out) => {
        out[0] = 10 * ((y as number) - (x as number) ** 2);
        out[1] = 1 - (x as number);
      },
      Float64Array.of(-1.2, 1),
      2,
      200,
    );
    for (const found of [simplex, marquardt]) {
      expect(found[0]).toBeCloseTo(1, 5);
      expect(found[1]).toBeCloseTo(1, 5);
    }
  });

  it('hold out against a loss that is not a number', () => {
    const found = nelderMead(
      ([x]) => ((x as number) < 0 ? NaN : exp(x as number) - (x as number)),
      Float64Array.of(1),
      Float64Array.of(1),
      100,
      1e-14,
    );
    expect(found[0]).toBeCloseTo(0, 4);
  });
});
