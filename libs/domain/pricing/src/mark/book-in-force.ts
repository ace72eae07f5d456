import { dec, type Decimal, type DecimalString, type Instant } from '@ballast/kernel';
import { isWithinBand } from '../index/shared-jump.js';
import type { PricingRules } from '../rules/pricing-rules.js';

interface Book {
  /** USD. */
  readonly mid: DecimalString;
  readonly at: Instant;
}

/** True if a book of the exchange is no further from a price than any market moves at once: beyond that its prices are none. */
export const isNearby = ({ mid }: Book, price: Decimal, { index: { jumpBand } }: PricingRules): boolean =>
  isWithinBand(dec(mid), price, dec(jumpBand));

/**
 * The own book of a contract as far as its mark may follow it.
 * @returns null when it is too old, or as far from the index as a unit slip brings it
 * @see docs/spec/pricing.md CLR-PRC-014
 */
export function bookInForce<Observed extends Book>(
  book: Observed | null,
  index: Decimal,
  asOf: Instant,
  rules: PricingRules,
): Observed | null {
  const counts = book !== null && asOf - book.at <= rules.mark.bookStaleAfterMs && isNearby(book, index, rules);
  return counts ? book : null;
}
