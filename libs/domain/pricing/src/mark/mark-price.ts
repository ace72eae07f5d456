import type { InstrumentMark } from '@ballast/facts';
import { ONE, clamp, type Decimal } from '@ballast/kernel';
import type { PricingRules } from '../rules/pricing-rules.js';

export interface MarkCandidates {
  readonly m1: Decimal;
  readonly m2: Decimal;
  readonly m3: Decimal;
}

export interface Mark {
  readonly mark: Decimal;
  readonly branch: Exclude<InstrumentMark['branch'], 'frozen'>;
}

/**
 * Moving average of the basis: basis' = basis + (1 - kept) * (sample - basis).
 * @param kept weight that the old value keeps over the elapsed time, (1 - 2/31)^seconds
 */
export function smoothedBasis(basis: Decimal, sample: Decimal, kept: Decimal): Decimal {
  return basis.plus(ONE.minus(kept).times(sample.minus(basis)));
}

/**
 * Candidates of a perpetual's mark:
 *   M1 = index * (1 + last funding rate * time to the next fixing / period), what funding alone would make of it;
 *   M2 = index + smoothed basis;
 *   M3 = the exchange's last price.
 */
export function markCandidates(
  index: Decimal,
  basis: Decimal,
  last: Decimal,
  lastFundingRate: Decimal,
  timeToFundingMs: number,
  { funding, digits }: PricingRules,
): MarkCandidates {
  const carry = lastFundingRate.times(timeToFundingMs).div(funding.periodMs);
  return {
    m1: index.times(ONE.plus(carry)).toDecimalPlaces(digits.price),
    m2: index.plus(basis).toDecimalPlaces(digits.price),
    m3: last.toDecimalPlaces(digits.price),
  };
}

/**
 * Mark = clamp(median(M1, M2, M3), index * (1 - B), index * (1 + B)), on the tick and inside the band: two of the three
 * hang on the index, so the own book alone never makes a price that liquidates.
 * @param band B, fraction
 * @param tick > 0; half a tick rounds to even, the band's edges round inward
 */
export function markPrice({ m1, m2, m3 }: MarkCandidates, index: Decimal, band: Decimal, tick: Decimal): Mark {
  const low = index.times(ONE.minus(band));
  const high = index.times(ONE.plus(band));
  const [median, branch] = medianBranch(m1, m2, m3);
  return {
    mark: onTick(median, low, high, tick),
    branch: median.lt(low) ? 'band-low' : median.gt(high) ? 'band-high' : branch,
  };
}

function medianBranch(m1: Decimal, m2: Decimal, m3: Decimal): readonly [Decimal, 'm1' | 'm2' | 'm3'] {
  const between = (x: Decimal, a: Decimal, b: Decimal): boolean => (x.gte(a) && x.lte(b)) || (x.lte(a) && x.gte(b));
  if (between(m2, m1, m3)) return [m2, 'm2'];
  return between(m1, m2, m3) ? [m1, 'm1'] : [m3, 'm3'];
}

function onTick(value: Decimal, low: Decimal, high: Decimal, tick: Decimal): Decimal {
  const lowest = low.div(tick).ceil().times(tick);
  const highest = high.div(tick).floor().times(tick);
  // A tick coarser than the whole band: the band is the promise, the tick a convenience.
  if (lowest.gt(highest)) return clamp(value, low, high);
  return clamp(value.div(tick).toDecimalPlaces(0).times(tick), lowest, highest);
}
