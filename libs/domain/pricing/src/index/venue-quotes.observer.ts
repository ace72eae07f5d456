import type { QuoteEvents } from '@ballast/facts';
import { IDENTIFIER, matches, text, type Instant } from '@ballast/kernel';
import { ignoreInput, refusedMoment } from '../ignored-input.js';
import type { PricingState } from '../pricing.state.js';
import { quotedPrice } from '../quoted-price.js';
import type { PricingRules } from '../rules/pricing-rules.js';
import type { SourceRecord } from './source-state.js';
import { quotedUnderlying } from './underlying.state.js';

type VenueQuote = QuoteEvents['VenueQuotesReceived']['quotes'][number];

/** Takes quotes of outside venues; each one that does not count is counted. */
export function observeVenueQuotes(
  state: PricingState,
  { underlying, quotes }: QuoteEvents['VenueQuotesReceived'],
  now: Instant,
  rules: PricingRules,
): void {
  const record = quotedUnderlying(state, underlying, rules);
  if (record === null) return ignoreInput(state, 'unknown-underlying');
  for (const quote of quotes) {
    const before = record.sources.get(quote.venue);
    const refusal = matches(IDENTIFIER, quote.venue)
      ? refusedMoment(quote.at, before?.at, now, rules)
      : 'malformed-message';
    if (refusal !== null) ignoreInput(state, refusal);
    else record.sources.set(quote.venue, sourceAfter(before, quote, rules));
  }
}

function sourceAfter(
  before: SourceRecord | undefined,
  { bid, ask, at }: VenueQuote,
  rules: PricingRules,
): SourceRecord {
  const low = quotedPrice(bid, rules);
  const high = quotedPrice(ask, rules);
  const mid = low === null || high === null ? null : low.plus(high).div(2).toDecimalPlaces(rules.digits.price);
  const fault = low === null || high === null ? 'malformed' : low.gte(high) ? 'crossed' : null;
  const good = before?.goodQuotes ?? 0;
  return {
    state: before?.state ?? null,
    mid: mid === null ? null : text(mid),
    fault,
    at,
    // A second quote of the same moment replaces the first and is no further proof of health.
    goodQuotes: fault !== null ? 0 : at === before?.at && good > 0 ? good : good + 1,
    clampedSince: before?.clampedSince ?? null,
    clampedUntil: before?.clampedUntil ?? null,
    unclampedSets: before?.unclampedSets ?? 0,
  };
}
