import type { LogEntry } from '@ballast/event-sourcing';
import type { QuoteEvents } from '@ballast/facts';
import { isUnderlying } from '@ballast/instruments';
import { InvariantViolation, SECOND_MS, SETTLEMENT_ASSET, clamp, text, type Instant } from '@ballast/kernel';
import { observeContractBook, observeOptionChain } from './contracts/contract-quotes.observer.js';
import { judgeListing, noteListing } from './contracts/listing.decider.js';
import { ignoreInput, refusedMoment } from './ignored-input.js';
import { startVolatility, type PricingRules } from './pricing-rules.js';
import type { PricingState, UnderlyingRecord } from './pricing.state.js';
import { quotedPrice } from './quoted-price.js';
import type { SourceRecord } from './source-state.js';

type VenueQuote = QuoteEvents['VenueQuotesReceived']['quotes'][number];

/**
 * Takes a message of exchange.quotes into the state. What an outside party sends may be late, crossed or nonsense:
 * that is noted, never thrown. Only a message of a kind we do not know stops the fold.
 */
export function observeQuotes(state: PricingState, input: LogEntry, rules: PricingRules): void {
  if (input.log !== 'exchange.quotes' || input.schemaVersion !== 1) {
    throw new InvariantViolation(`pricing does not read ${input.log} ${input.type} version ${input.schemaVersion}`);
  }
  const now = input.time.clearing;
  switch (input.type) {
    case 'MarketOpened':
      return observeMarket(state, input.payload as QuoteEvents['MarketOpened']);
    case 'VenueQuotesReceived':
      return observeVenueQuotes(state, input.payload as QuoteEvents['VenueQuotesReceived'], now, rules);
    case 'PerpetualBookObserved':
      return observeBook(state, input.payload as QuoteEvents['PerpetualBookObserved'], now, rules);
    case 'PriceHistorySupplied':
      return observeHistory(state, input.payload as QuoteEvents['PriceHistorySupplied'], rules);
    case 'InstrumentListed':
      return observeListing(state, input.payload as QuoteEvents['InstrumentListed'], now);
    case 'ContractBookObserved':
      return observeContractBook(state, input.payload as QuoteEvents['ContractBookObserved'], now, rules);
    case 'OptionChainQuoted':
      return observeOptionChain(state, input.payload as QuoteEvents['OptionChainQuoted'], now, rules);
    case 'ClockTicked':
      return;
    default:
      throw new InvariantViolation(`unknown message of exchange.quotes: ${input.type}`);
  }
}

function observeMarket(state: PricingState, { priceSetEverySeconds }: QuoteEvents['MarketOpened']): void {
  if (state.market !== null) return ignoreInput(state, 'repeated-market');
  if (!Number.isSafeInteger(priceSetEverySeconds) || priceSetEverySeconds < 1) {
    return ignoreInput(state, 'malformed-message');
  }
  state.market = { priceSetEveryMs: priceSetEverySeconds * SECOND_MS };
}

/** A refusal is a decision (InstrumentRefused), and so is the admission that a sound listing waits for. */
function observeListing(state: PricingState, listed: QuoteEvents['InstrumentListed'], now: Instant): void {
  const verdict = judgeListing(state, listed, now);
  if (verdict.outcome === 'repeated') ignoreInput(state, 'repeated-listing');
  else if (verdict.outcome === 'sound') noteListing(state, listed.specification, verdict.specification);
}

/** History is taken by a decision (VolatilitySeeded); here only what comes too late or for nobody is counted. */
function observeHistory(
  state: PricingState,
  { underlying }: QuoteEvents['PriceHistorySupplied'],
  rules: PricingRules,
): void {
  const record = quotedUnderlying(state, underlying, rules);
  if (record === null) ignoreInput(state, 'unknown-underlying');
  else if (!takesHistory(record)) ignoreInput(state, 'late-history');
}

/** History counts only before the first price of its underlying: later it would rewrite what was published. */
export function takesHistory({ index }: UnderlyingRecord): boolean {
  return index === null;
}

/**
 * What is known of an underlying or a coin, from its first quote on.
 * @returns null for a name that none can have, and for dollars, in which prices are
 */
function quotedUnderlying(state: PricingState, underlying: unknown, rules: PricingRules): UnderlyingRecord | null {
  if (typeof underlying !== 'string' || !isUnderlying(underlying) || underlying === SETTLEMENT_ASSET) return null;
  const known = state.underlyings.get(underlying);
  if (known !== undefined) return known;
  const start = startVolatility(rules, underlying);
  const record = { sources: new Map(), index: null, indexAt: null, volatility: { fast: start, slow: start } };
  state.underlyings.set(underlying, record);
  return record;
}

function observeVenueQuotes(
  state: PricingState,
  { underlying, quotes }: QuoteEvents['VenueQuotesReceived'],
  now: Instant,
  rules: PricingRules,
): void {
  const record = quotedUnderlying(state, underlying, rules);
  if (record === null) return ignoreInput(state, 'unknown-underlying');
  for (const quote of quotes) {
    const before = record.sources.get(quote.venue);
    const refusal = refusedMoment(quote.at, before?.at, now, rules);
    if (refusal !== null) ignoreInput(state, refusal);
    else record.sources.set(quote.venue, sourceAfter(before, quote, rules));
  }
}

function sourceAfter(
  before: SourceRecord | undefined,
  { bid, ask, at }: VenueQuote,
  rules: PricingRules,
): SourceRecord {
  const low = quotedPrice(bid);
  const high = quotedPrice(ask);
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

function observeBook(
  state: PricingState,
  book: QuoteEvents['PerpetualBookObserved'],
  now: Instant,
  rules: PricingRules,
): void {
  const record = state.perpetuals.get(book.instrument);
  if (record === undefined) return ignoreInput(state, 'unknown-instrument');
  const refusal = refusedMoment(book.at, record.book?.at, now, rules);
  if (refusal !== null) return ignoreInput(state, refusal);
  const bid = quotedPrice(book.bestBid);
  const ask = quotedPrice(book.bestAsk);
  const last = quotedPrice(book.lastPrice);
  const impactBid = quotedPrice(book.impactBid);
  const impactAsk = quotedPrice(book.impactAsk);
  if (bid === null || ask === null || last === null || impactBid === null || impactAsk === null || bid.gt(ask)) {
    return ignoreInput(state, 'malformed-message');
  }
  record.book = {
    mid: text(bid.plus(ask).div(2).toDecimalPlaces(rules.digits.price)),
    last: text(clamp(last, bid, ask).toDecimalPlaces(rules.digits.price)),
    impactBid: text(impactBid),
    impactAsk: text(impactAsk),
    at: book.at,
  };
}
