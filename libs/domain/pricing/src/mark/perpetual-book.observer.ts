import type { QuoteEvents } from '@ballast/facts';
import { clamp, text, type Instant } from '@ballast/kernel';
import { ignoreInput, refusedMoment } from '../ignored-input.js';
import type { PricingState } from '../pricing.state.js';
import { quotedPrice } from '../quoted-price.js';
import type { PricingRules } from '../rules/pricing-rules.js';

/** Takes the exchange's own book of a linear perpetual. */
export function observePerpetualBook(
  state: PricingState,
  book: QuoteEvents['PerpetualBookObserved'],
  now: Instant,
  rules: PricingRules,
): void {
  const record = state.perpetuals.get(book.instrument);
  if (record === undefined) return ignoreInput(state, 'unknown-instrument');
  const refusal = refusedMoment(book.at, record.book?.at, now, rules);
  if (refusal !== null) return ignoreInput(state, refusal);
  const bid = quotedPrice(book.bestBid, rules);
  const ask = quotedPrice(book.bestAsk, rules);
  const last = quotedPrice(book.lastPrice, rules);
  const impactBid = quotedPrice(book.impactBid, rules);
  const impactAsk = quotedPrice(book.impactAsk, rules);
  if (bid === null || ask === null || last === null || impactBid === null || impactAsk === null || bid.gt(ask)) {
    return ignoreInput(state, 'malformed-message');
  }
  record.book = {
    bid: text(bid),
    ask: text(ask),
    mid: text(bid.plus(ask).div(2).toDecimalPlaces(rules.digits.price)),
    last: text(clamp(last, bid, ask).toDecimalPlaces(rules.digits.price)),
    impactBid: text(impactBid),
    impactAsk: text(impactAsk),
    at: book.at,
  };
}
