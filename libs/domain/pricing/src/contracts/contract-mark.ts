import { ONE, ZERO, clamp, maxOf, type Decimal } from '@ballast/kernel';
import { onTick } from './on-tick.js';

/** What the mark of a future or an inverse perpetual is made of. */
export interface ContractMarkInput {
  /** Index, or in the averaging window the estimate of the delivery price. */
  readonly anchor: Decimal;
  /** Share of the basis that is still open, 1 before the averaging window. */
  readonly openShare: Decimal;
  /** Smoothed, USD. */
  readonly basis: Decimal;
  /** Fraction of the anchor. */
  readonly band: Decimal;
  readonly tick: Decimal;
}

/**
 * Mark of a dated future or an inverse perpetual:
 *   mark = clamp(anchor + share * basis, anchor * (1 - B), anchor * (1 + B)),
 * on the tick (half to even), the band's edges rounded inward. The anchor is the index; in the averaging window it is the
 * estimate of the delivery price, and the basis closes with the share, so that the last mark meets the delivery price.
 */
export function contractMark({ anchor, openShare, basis, band, tick }: ContractMarkInput): Decimal {
  const low = anchor.times(ONE.minus(band));
  const high = anchor.times(ONE.plus(band));
  const lowest = low.div(tick).ceil().times(tick);
  const highest = high.div(tick).floor().times(tick);
  const value = anchor.plus(openShare.times(basis));
  // A tick coarser than the whole band: the band is the promise, the tick a convenience.
  if (lowest.gt(highest)) return clamp(value, low, high);
  return clamp(onTick(value, tick), lowest, highest);
}

/** Band of a future's mark: its basis is a carry, so the band widens with the term. */
export function futureBand(base: Decimal, perYear: Decimal, years: Decimal): Decimal {
  return base.plus(perYear.times(maxOf(years, ZERO)));
}
