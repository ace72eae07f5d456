import { ONE, ZERO, clamp, dec, maxOf, minOf, roundUsd, text, type Decimal } from '@ballast/kernel';
import type { InstrumentId, LiquidationEvents, Side, UnderlyingSchedule } from '@ballast/facts';
import { largestSliceNotional, paceOf, type LiquidationMethod, type LiquidationPolicy } from '../liquidation-policy.js';
import { RATE_DIGITS } from './slice-cost.js';

/** What a pace follows: the margin parameters, the measured volume, or the measured depth. */
export type PaceFrom = LiquidationEvents['CloseOutTurnRequested']['paceFrom'];

/** How much of an instrument may be closed. */
export interface Pace {
  /** Largest notional of one slice, and of all orders of the instrument in a minute, USD. */
  readonly largestSlice: Decimal;
  readonly perMinute: Decimal;
  readonly from: PaceFrom;
}

/** The side of the exchange's book that a close-out takes. */
export interface MeasuredBook {
  /** Of the best price from the mark, fraction of it. */
  readonly distance: Decimal;
  /** USD from the best price to `MEASURED_WITHIN` beyond it. */
  readonly depth: Decimal;
}

/** Depth is measured from the best price to so far beyond it, fraction of the price. */
const MEASURED_WITHIN = dec('0.01');

/** Of what moves the price to a point an order pays two thirds on average: the mean of a square root. */
const MEAN_OF_ROOT = dec(2).div(3);

type OfInstrument = Pick<UnderlyingSchedule, 'market' | 'liquidationCost'>;

/** What was measured of an instrument; nothing of one that the schedule has no fresh measurement of. */
const measuredOf = ({ market }: OfInstrument, instrument: InstrumentId): UnderlyingSchedule['market'] =>
  market?.instrument === instrument ? market : undefined;

/** The side of the book that closes a position: a long sells to the bids. Undefined where nothing was measured. */
export function measuredBook(schedule: OfInstrument, instrument: InstrumentId, side: Side): MeasuredBook | undefined {
  const measured = measuredOf(schedule, instrument);
  if (measured === undefined) return undefined;
  const { distance, depth } = side === 'long' ? measured.bids : measured.asks;
  return { distance: dec(distance), depth: dec(depth) };
}

/**
 * How fast an instrument may be closed out. Where more is traded than the approved volume, the pace follows what is traded, up to what the
 * book holds in its first percent. Both are bounded by multiples of the approved pace, so no feed decides alone.
 * @see docs/spec/liquidation.md CLR-LIQ-045
 */
export function closeOutPace(
  schedule: OfInstrument,
  instrument: InstrumentId,
  book: MeasuredBook | undefined,
  policy: LiquidationPolicy,
): Pace {
  const { liquidationCost } = schedule;
  const approved = dec(liquidationCost.averageDailyVolume);
  const measured = dec(measuredOf(schedule, instrument)?.dailyVolume ?? '0');
  const volume = maxOf(minOf(measured, approved.times(policy.mostMeasuredVolume)), approved);
  const followed = { ...liquidationCost, averageDailyVolume: text(volume) };
  const byVolume = paceOf(policy, followed);
  const least = policy.leastMeasuredPace.times(paceOf(policy, liquidationCost));
  const perMinute = book === undefined ? byVolume : minOf(byVolume, roundUsd(maxOf(book.depth, least), 'credit'));
  return {
    largestSlice: minOf(largestSliceNotional(policy, followed), perMinute),
    perMinute,
    from: perMinute.lt(byVolume) ? 'depth' : volume.gt(approved) ? 'volume' : 'parameters',
  };
}

/** What bounds one order: who works toward a target goes in slices, the others take what the minute bears. */
const BOUND_OF_ORDER: Readonly<Record<LiquidationMethod, 'largestSlice' | 'perMinute'>> = {
  'to-target': 'largestSlice',
  full: 'perMinute',
  'by-share': 'perMinute',
};

/**
 * Largest notional of one order by the method in force, of a slice and of a hedge alike.
 * @returns USD
 * @see docs/spec/liquidation.md CLR-LIQ-060
 */
export const largestOrder = ({ method }: Pick<LiquidationPolicy, 'method'>, pace: Pace): Decimal =>
  pace[BOUND_OF_ORDER[method]];

/**
 * Expected cost of an order against the mark, by the square-root law through the measured depth D within x of the best price:
 *   distance + 2/3 x / sqrt(D) * ((t + q)^1.5 - t^1.5) / q
 * @param taken t: what others take before it, USD, >= 0
 * @param notional q, USD, >= 0; of nothing it is the distance
 * @returns fraction of the notional, 16 digits half-even, at most 1: what an empty book costs
 * @see docs/spec/liquidation.md CLR-LIQ-045
 */
export const expectedRate = (book: MeasuredBook, taken: Decimal, notional: Decimal): Decimal =>
  expectedRateBehind(book, taken)(notional);

/** `expectedRate` for several sizes behind the same others: what is taken before is rooted once. */
export function expectedRateBehind({ distance, depth }: MeasuredBook, taken: Decimal): (notional: Decimal) => Decimal {
  const before = toThreeHalves(taken);
  const root = depth.sqrt();
  return (notional) => {
    if (notional.isZero()) return minOf(distance, ONE);
    if (depth.isZero()) return ONE;
    const area = toThreeHalves(taken.plus(notional)).minus(before);
    const impact = MEAN_OF_ROOT.times(MEASURED_WITHIN).times(area).div(root).div(notional);
    return clamp(distance.plus(impact).toDecimalPlaces(RATE_DIGITS), ZERO, ONE);
  };
}

const toThreeHalves = (amount: Decimal): Decimal => amount.times(amount.sqrt());
