import { type Decimal, maxOf, minOf, ONE, ZERO } from '@ballast/kernel';
import { floorTo, QUOTE_DECIMALS } from '../methodology/rounding-grid.js';
import { RATIO_DECIMALS } from './size-weight.js';

/** Shortages below it, and positions up to it, are not worth pacing: quote units. */
export const SMALL_AMOUNT = 50;

export interface LiquidationPace {
  /** Share of the total shortage that may be freed at once, in [0, 1]. */
  readonly initialShare: Decimal;
  /** Slots after which all of it may be; 0 = at once. */
  readonly durationSlots: Decimal;
}

/**
 * Share of the present shortage that may be freed now. Of the total since entry (present + already freed),
 * `min(1, elapsed / duration + initial)` may be free by now; what already is counts against it. Floored to 4 decimals.
 * A shortage below 50 quote skips pacing.
 */
export function freeableShare(
  marginShortage: Decimal,
  alreadyFreed: Decimal,
  slotsElapsed: Decimal,
  { initialShare, durationSlots }: LiquidationPace,
): Decimal {
  if (marginShortage.lt(SMALL_AMOUNT)) return ONE;
  const elapsedShare = durationSlots.isZero() ? ONE : floorTo(slotsElapsed.div(durationSlots), RATIO_DECIMALS);
  const share = minOf(ONE, elapsedShare.plus(initialShare));
  const freeByNow = floorTo(marginShortage.plus(alreadyFreed).times(share), QUOTE_DECIMALS);
  const freeable = maxOf(ZERO, freeByNow.minus(alreadyFreed));
  return floorTo(freeable.div(marginShortage), RATIO_DECIMALS);
}

export interface FeeRamp {
  readonly baseFee: Decimal;
  readonly maxFee: Decimal;
  readonly graceSlots: Decimal;
  readonly feePerSlot: Decimal;
}

/**
 * Liquidator fee after a liquidation has waited: the base fee within the grace period, then `min(max, base + elapsed x rate)`. Elapsed counts
 * from the start, so the fee jumps when the grace period ends.
 */
export function rampedLiquidatorFee(
  slotsElapsed: Decimal,
  { baseFee, maxFee, graceSlots, feePerSlot }: FeeRamp,
): Decimal {
  if (slotsElapsed.lt(graceSlots)) return baseFee;
  return minOf(maxFee, baseFee.plus(slotsElapsed.times(feePerSlot)));
}
