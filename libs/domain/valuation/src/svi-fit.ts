import { exp, log } from '@ballast/kernel';
import { nelderMead } from './nelder-mead.js';
import type { SmilePoint } from './smile.js';
import { type SviSlice, sviVariance } from './svi.js';
import type { Resistance, SearchRules, SurfaceRules } from './surface-rules.js';
import { ValuationError, finite, positive } from './valuation-error.js';

type FitRules = SurfaceRules['fit'];

/** Points in columns, with the miss measured in volatility: d vol = d w / (2 vol T). */
interface Columns {
  readonly k: Float64Array;
  readonly w: Float64Array;
  /** weight / (2 vol T)^2 */
  readonly u: Float64Array;
  readonly least: number;
  readonly most: number;
}

function columnsOf(points: readonly SmilePoint[], timeYears: number): Columns {
  const k = Float64Array.from(points, (point) => point.k);
  const w = Float64Array.from(points, (point) => point.volatility * point.volatility * timeYears);
  const u = Float64Array.from(
    points,
    ({ volatility, weight }) => weight / (4 * volatility * volatility * timeYears * timeYears),
  );
  return { k, w, u, least: Math.min(...k), most: Math.max(...k) };
}

interface Linear {
  a: number;
  c: number;
  d: number;
  loss: number;
}

/**
 * For given m and sigma the slice is linear: w = a + d y + c z with y = (k - m)/sigma, z = sqrt(y^2 + 1), c = b sigma, d = rho c.
 * Best a, c, d under |d| <= c and c + |d| <= wing * sigma (Lee): the free solution, else the best on an edge, else a flat line.
 * @see Zeliade Systems, "Quasi-explicit calibration of Gatheral's SVI model" (2009)
 */
function bestLinear({ k, w, u }: Columns, m: number, sigma: number, floor: number, wing: number): Linear {
  let s0 = 0;
  let sy = 0;
  let sz = 0;
  let syy = 0;
  let syz = 0;
  let tw = 0;
  let ty = 0;
  let tz = 0;
  const per = 1 / sigma;
  for (let i = 0; i < k.length; i++) {
    const y = ((k[i] as number) - m) * per;
    const z = Math.sqrt(y * y + 1);
    const weight = u[i] as number;
    const wy = weight * y;
    const target = w[i] as number;
    s0 += weight;
    sy += wy;
    sz += weight * z;
    syy += wy * y;
    syz += wy * z;
    tw += weight * target;
    ty += wy * target;
    tz += weight * z * target;
  }
  const szz = syy + s0;
  // Centred on the weighted means, which takes `a` out and keeps the digits.
  const yy = syy - (sy * sy) / s0;
  const yz = syz - (sy * sz) / s0;
  const zz = szz - (sz * sz) / s0;
  const yt = ty - (sy * tw) / s0;
  const zt = tz - (sz * tw) / s0;
  const missOf = (c: number, d: number): Linear => {
    let a = (tw - c * sz - d * sy) / s0;
    a = Math.max(a, floor - Math.sqrt(Math.max(0, c * c - d * d)));
    let loss = 0;
    for (let i = 0; i < k.length; i++) {
      const y = ((k[i] as number) - m) * per;
      const miss = a + d * y + c * Math.sqrt(y * y + 1) - (w[i] as number);
      loss += (u[i] as number) * miss * miss;
    }
    return { a, c, d, loss };
  };
  const determinant = yy * zz - yz * yz;
  const lee = wing * sigma;
  if (determinant > 1e-14 * yy * zz) {
    const c = (zt * yy - yt * yz) / determinant;
    const d = (yt * zz - zt * yz) / determinant;
    if (c >= Math.abs(d) && c + Math.abs(d) <= lee) return missOf(c, d);
  }
  let best = missOf(0, 0);
  for (const side of [1, -1]) {
    // d = side c, 0 <= c <= lee / 2.
    const along = zz + 2 * side * yz + yy;
    const onSide = Math.min(Math.max(along > 0 ? (zt + side * yt) / along : 0, 0), 0.5 * lee);
    const first = missOf(onSide, side * onSide);
    if (first.loss < best.loss) best = first;
    // d = side (lee - c), lee / 2 <= c <= lee.
    const across = zz - 2 * side * yz + yy;
    const free = across > 0 ? (zt - side * yt + lee * (yy - side * yz)) / across : lee;
    const onLee = Math.min(Math.max(free, 0.5 * lee), lee);
    const second = missOf(onLee, side * (lee - onLee));
    if (second.loss < best.loss) best = second;
  }
  return best;
}

function sliceOf({ a, c, d }: Linear, m: number, sigma: number): SviSlice {
  return { a, b: c / sigma, rho: c > 0 ? d / c : 0, m, sigma };
}

/**
 * Starting points over m and sigma: the lowest observed variance with a round and a sharp bend, and the middle. Where it
 * starts and which box it searches is the method (docs/spec/valuation.md CLR-VAL-022); how long it searches is a rule.
 * @param isLast no weights follow: the figures are brought to their last digits
 */
function fitOnce(
  columns: Columns,
  floor: number,
  near: SviSlice | undefined,
  isLast: boolean,
  { wingSlope, first, again, last }: FitRules,
): SviSlice {
  const { k, w, least, most } = columns;
  const width = Math.max(most - least, 1e-3);
  const lowest = k[w.indexOf(Math.min(...w))] as number;
  const loss = (x: Float64Array): number => {
    const [m, logSigma] = x as unknown as [number, number];
    // Outside this box the parameters are no longer told apart by the points: a wide bend is a parabola, a narrow one a corner.
    const beyond =
      Math.max(0, least - width - m, m - most - width) / width +
      Math.max(0, log(1e-4 * width) - logSigma, logSigma - log(2 * width));
    const fit = bestLinear(columns, m, exp(Math.min(Math.max(logSigma, -30), 10)), floor, wingSlope);
    return fit.loss * (1 + beyond) + 1e-9 * beyond;
  };
  const spread = Float64Array.of(0.15 * width, 0.7);
  const starts = near
    ? [[near.m, log(near.sigma)]]
    : [
        [lowest, log(0.3 * width)],
        [lowest, log(0.05 * width)],
        [0.5 * (least + most), log(width)],
      ];
  let best: Float64Array | undefined;
  let bestLoss = Infinity;
  for (const start of starts) {
    const found = searched(loss, Float64Array.from(start), spread, near ? again : first);
    const at = loss(found);
    if (at < bestLoss) {
      best = found;
      bestLoss = at;
    }
  }
  const found = best ?? Float64Array.of(lowest, log(0.3 * width));
  const polished = isLast ? searched(loss, found, Float64Array.of(0.02 * width, 0.1), last) : found;
  const [m, logSigma] = polished as unknown as [number, number];
  return sliceOf(bestLinear(columns, m, exp(logSigma), floor, wingSlope), m, exp(logSigma));
}

const searched = (
  loss: (x: Float64Array) => number,
  start: Float64Array,
  spread: Float64Array,
  { steps, tolerance }: SearchRules,
): Float64Array => nelderMead(loss, start, spread, steps, tolerance);

/** Median of the absolute misses, times 1.4826: the deviation if they were normal. */
function robustDeviation(misses: readonly number[]): number {
  const sorted = misses.map(Math.abs).sort((p, q) => p - q);
  return 1.4826 * (sorted[sorted.length >> 1] as number);
}

/** Weights after the misses are known. */
export function reweighted(
  points: readonly SmilePoint[],
  slice: SviSlice,
  timeYears: number,
  { huber, cut }: Resistance,
  { leastDeviation, cutDivisor }: FitRules,
): SmilePoint[] {
  const misses = points.map(({ k, volatility }) => Math.sqrt(sviVariance(slice, k) / timeYears) - volatility);
  const deviation = Math.max(robustDeviation(misses), leastDeviation);
  return points.map((point, i) => {
    const size = Math.abs(misses[i] as number) / deviation;
    return size <= huber ? point : { ...point, weight: (point.weight * huber) / size / (size > cut ? cutDivisor : 1) };
  });
}

/** @throws ValuationError on too few strikes, or a figure that is no volatility */
export function checkPoints(points: readonly SmilePoint[], timeYears: number, { leastPoints }: FitRules): void {
  if (finite(timeYears, 'timeYears') <= 0)
    throw new ValuationError('instrument-expired', 'timeYears', 'an expired smile has no volatility: leave it out');
  for (const { k, volatility, weight } of points) {
    finite(k, 'k');
    positive(volatility, 'volatility');
    positive(weight, 'weight');
  }
  if (new Set(points.map(({ k }) => k)).size < leastPoints)
    throw new ValuationError(
      'too-few-quotes',
      'points',
      `${points.length} points: a smile needs ${leastPoints} strikes`,
    );
}

/**
 * Raw SVI through the points by weighted least squares in volatility, resistant to outliers by rounds of Huber weights.
 * @throws ValuationError `too-few-quotes`, `instrument-expired`, `not-finite`, `not-positive`
 */
export function fitSvi(
  points: readonly SmilePoint[],
  timeYears: number,
  resistance: Resistance,
  rules: FitRules,
): SviSlice {
  checkPoints(points, timeYears, rules);
  let columns = columnsOf(points, timeYears);
  const floor = rules.leastVarianceShare * Math.min(...columns.w);
  let slice = fitOnce(columns, floor, undefined, resistance.rounds === 0, rules);
  for (let round = 1; round <= resistance.rounds; round++) {
    columns = columnsOf(reweighted(points, slice, timeYears, resistance, rules), timeYears);
    slice = fitOnce(columns, floor, slice, round === resistance.rounds, rules);
  }
  return slice;
}
