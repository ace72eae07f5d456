import { maxOf, minOf, sum, ZERO, type Decimal } from '@ballast/kernel';
import { floatOf, leastCandidates, type SideRanges } from '@ballast/risk-schedule';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import type { Exposure } from './exposure.js';
import { profitBound, scanOf, type Scan, type UnitProfits } from './scan.js';
import { linearPoint, type ScanPoint } from './scenario-grid.js';

/** Greatest losses of one underlying over the points of a scan, USD, >= 0. */
export interface Losses {
  /** By exposure. */
  readonly alone: readonly Decimal[];
  /** By expiry, in the order of `expiriesOf`. */
  readonly byExpiry: readonly Decimal[];
  readonly joint: Decimal;
  /** Where the joint loss is, the first of equal points; null if nothing loses anywhere. */
  readonly worst: ScanPoint | null;
}

/** What expires together, in order. */
export const expiriesOf = (exposures: readonly Exposure[]): readonly string[] =>
  [...new Set(exposures.map(({ expiry }) => expiry))].sort();

/** The scan that a set of exposures needs: without options only its ends. */
export const scanFor = (exposures: readonly Exposure[], ranges: SideRanges, parameters: AdaptiveParameters): Scan =>
  scanOf(
    parameters,
    ranges,
    exposures.some(({ option }) => option !== null),
  );

/** Profits of some exposures in float64 with what they are within, and in decimals wherever that is asked for. */
interface Profits {
  readonly floats: Float64Array;
  readonly bound: number;
  readonly exact: (point: number) => Decimal;
}

/**
 * The greatest losses in decimals, to the last digit those of `everyLoss`, without all profits in decimals: float64 leaves
 * out the points that can't be the worst, the others are computed in the same operations and order.
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-007
 */
export function decisiveLosses(exposures: readonly Exposure[], scan: Scan): Losses {
  const units = exposures.map((exposure) => unitProfitsOf(exposure, scan));
  const expiries = expiriesOf(exposures).map((expiry) => {
    const own = exposures.flatMap((exposure, i) => (exposure.expiry === expiry ? [i] : []));
    return summed(
      own.map((i) => exposures[i] as Exposure),
      own.map((i) => units[i] ?? null),
      scan,
    );
  });
  const whole = together(expiries, exposures.length);
  const { loss, index } = greatestLoss(whole);
  return {
    alone: exposures.map((exposure, i) => lossAlone(exposure, units[i] ?? null, scan)),
    byExpiry: expiries.map((profits) => greatestLoss(profits).loss),
    joint: loss,
    worst: index === null ? null : (scan.points[index] ?? null),
  };
}

/**
 * The greatest losses of exposures that are straight in the price: at one of the two ends of the range.
 *   D(A) = max( 0 , S * r_long , -S * r_short ),  S = sum of the exposures of A
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-003
 */
export function linearLosses(exposures: readonly Exposure[], ranges: SideRanges): Losses {
  const lossOf = (linear: Decimal): Decimal => linearLoss(linear, ranges);
  const together = (some: readonly Exposure[]): Decimal => sum(some.map(({ linear }) => linear));
  const total = together(exposures);
  return {
    alone: exposures.map(({ linear }) => lossOf(linear)),
    byExpiry: expiriesOf(exposures).map((expiry) =>
      lossOf(together(exposures.filter((each) => each.expiry === expiry))),
    ),
    joint: lossOf(total),
    worst: worstLinearPoint(total, ranges),
  };
}

/** Greatest loss of an exposure that is straight in the price, USD, >= 0. */
export const linearLoss = (linear: Decimal, { long, short }: SideRanges): Decimal =>
  linear.isNegative() ? linear.neg().times(short.spot) : linear.times(long.spot);

/** Where that loss is; null if there is none. */
export const worstLinearPoint = (linear: Decimal, { long, short }: SideRanges): ScanPoint | null =>
  linear.isZero() ? null : linearPoint(linear.isNegative() ? short.spot : long.spot.neg());

export const unitProfitsOf = (exposure: Exposure, scan: Scan): UnitProfits | null =>
  exposure.option === null ? null : scan.unitProfits(exposure, exposure.option);

/** Adds the float64 profits of an exposure to a sum; returns the magnitude of what was added. */
export function addProfits(
  into: Float64Array,
  { linear, option }: Exposure,
  unit: UnitProfits | null,
  { moves, reach }: Scan,
): number {
  const perMove = unit === null || option === null;
  const factor = floatOf(perMove ? linear : option.units);
  const rows = perMove ? moves : unit.floats;
  for (let p = 0; p < into.length; p += 1) into[p] = (into[p] as number) + (rows[p] as number) * factor;
  return Math.abs(factor) * (perMove ? reach : unit.magnitude);
}

function summed(exposures: readonly Exposure[], units: readonly (UnitProfits | null)[], scan: Scan): Profits & Sized {
  const floats = new Float64Array(scan.points.length);
  let magnitude = 0;
  exposures.forEach((exposure, i) => {
    magnitude += addProfits(floats, exposure, units[i] ?? null, scan);
  });
  const known: (Decimal | undefined)[] = [];
  const exact = (p: number): Decimal => {
    let total = ZERO;
    exposures.forEach(({ linear, option }, i) => {
      const profit =
        option === null
          ? linear.times((scan.points[p] as ScanPoint).move)
          : (units[i] as UnitProfits).exact(p).times(option.units);
      total = total.plus(profit);
    });
    return total;
  };
  return {
    floats,
    magnitude,
    bound: profitBound(exposures.length, magnitude),
    exact: (p) => (known[p] ??= exact(p)),
  };
}

interface Sized {
  readonly magnitude: number;
}

function together(expiries: readonly (Profits & Sized)[], exposures: number): Profits {
  const floats = new Float64Array(expiries[0]?.floats.length ?? 0);
  let magnitude = 0;
  for (const profits of expiries) {
    for (let p = 0; p < floats.length; p += 1) floats[p] = (floats[p] as number) + (profits.floats[p] as number);
    magnitude += profits.magnitude;
  }
  return {
    floats,
    bound: profitBound(exposures, magnitude),
    exact: (p) => expiries.reduce((total, profits) => total.plus(profits.exact(p)), ZERO),
  };
}

/** Greatest exact loss, 0 if there is none; the first of equal points. */
function greatestLoss({ floats, bound, exact }: Profits): { readonly loss: Decimal; readonly index: number | null } {
  let least = ZERO;
  let index: number | null = null;
  for (const p of leastCandidates(floats, bound)) {
    // Certainly no loss.
    if ((floats[p] as number) > 2 * bound) continue;
    const profit = exact(p);
    if (profit.lt(least)) [least, index] = [profit, p];
  }
  return { loss: least.neg().plus(ZERO), index };
}

/** Rounding keeps the order, so the greatest of the rounded losses is the rounded loss at the extreme. */
function lossAlone({ linear, option }: Exposure, unit: UnitProfits | null, scan: Scan): Decimal {
  const [size, least, greatest] =
    unit === null || option === null
      ? [linear, scan.leastMove, scan.greatestMove]
      : [option.units, unit.least, unit.greatest];
  if (size.isZero()) return ZERO;
  const profit = size.times(size.isNegative() ? greatest : least);
  return maxOf(minOf(profit, ZERO).neg(), ZERO);
}
