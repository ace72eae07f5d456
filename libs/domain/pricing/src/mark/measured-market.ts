import type { MeasuredMarket } from '@ballast/facts';
import { ZERO, dec, maxOf, text, type Decimal, type DecimalString, type Instant } from '@ballast/kernel';
import type { PricingRules } from '../rules/pricing-rules.js';
import { isNearby } from './book-in-force.js';
import type { PerpetualRecord } from './perpetual.state.js';

/** Digits of a distance from the mark, a fraction. */
const DISTANCE_DIGITS = 8;

/**
 * How deep the own market of a linear perpetual is, for who closes a position at the mark: what is traded a day, and of each side of the
 * book how far from the mark it begins and how much rests in its first percent.
 * @returns undefined unless book and activity are fresh, and the book is near the mark
 * @see docs/spec/pricing.md CLR-PRC-022
 */
export function measuredMarket(
  { specification, book, activity }: PerpetualRecord,
  mark: Decimal,
  asOf: Instant,
  rules: PricingRules,
): MeasuredMarket | undefined {
  const { market } = rules;
  const isFresh = (at: Instant): boolean => asOf - at <= market.staleAfterMs;
  if (book === null || activity === null || !isFresh(book.at) || !isFresh(activity.at)) return undefined;
  if (!isNearby(book, mark, rules)) return undefined;
  const side = (beyond: Decimal, depth: DecimalString): MeasuredMarket['bids'] => ({
    distance: text(maxOf(beyond.div(mark), ZERO).toDecimalPlaces(DISTANCE_DIGITS)),
    depth,
  });
  return {
    instrument: specification.instrument.id,
    ...(activity.observedMs < market.volumeHalfLifeMs ? {} : { dailyVolume: activity.dailyVolume }),
    bids: side(mark.minus(book.bid), activity.bidDepth),
    asks: side(dec(book.ask).minus(mark), activity.askDepth),
  };
}
