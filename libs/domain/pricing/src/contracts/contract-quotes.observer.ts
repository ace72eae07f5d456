import type { QuoteEvents } from '@ballast/facts';
import { listingState } from '@ballast/instruments';
import { text, type Instant } from '@ballast/kernel';
import { ignoreInput, refusedMoment } from '../ignored-input.js';
import type { PricingRules } from '../rules/pricing-rules.js';
import type { PricingState } from '../pricing.state.js';
import { quotedPremium, quotedPrice } from '../quoted-price.js';
import { expiryKey, type ContractRecord, type ExpiryRecord } from './contract.state.js';

type ChainQuote = QuoteEvents['OptionChainQuoted']['quotes'][number];

/** Takes the book of a dated future or an inverse perpetual. */
export function observeContractBook(
  state: PricingState,
  book: QuoteEvents['ContractBookObserved'],
  now: Instant,
  rules: PricingRules,
): void {
  const record = state.contracts.get(book.instrument);
  if (record === undefined || record.specification.instrument.kind === 'option') {
    return ignoreInput(state, 'unlisted-instrument');
  }
  if (listingState(record.specification, now) === 'expired') return ignoreInput(state, 'expired-instrument');
  const refusal = refusedMoment(book.at, record.book?.at, now, rules);
  if (refusal !== null) return ignoreInput(state, refusal);
  const bid = quotedPrice(book.bestBid, rules);
  const ask = quotedPrice(book.bestAsk, rules);
  if (bid === null || ask === null) return ignoreInput(state, 'malformed-quote');
  if (bid.gt(ask)) return ignoreInput(state, 'crossed-quote');
  record.book = { mid: text(bid.plus(ask).div(2).toDecimalPlaces(rules.digits.price)), at: book.at };
}

/**
 * Takes the quotes of an expiry, one option at a time: a bad one is counted and leaves what was quoted before, an option
 * without a quote in the message keeps its last one until that is stale.
 */
export function observeOptionChain(
  state: PricingState,
  { underlying, expiry, quotes, at }: QuoteEvents['OptionChainQuoted'],
  now: Instant,
  rules: PricingRules,
): void {
  if (expiry <= now) return ignoreInput(state, 'expired-instrument');
  const record = state.expiries.get(expiryKey(underlying, expiry));
  if (record === undefined) return ignoreInput(state, 'unlisted-instrument');
  const refusal = refusedMoment(at, record.chainAt ?? undefined, now, rules);
  if (refusal !== null) return ignoreInput(state, refusal);
  if (quotes.length === 0) return ignoreInput(state, 'empty-chain');
  record.chainAt = at;
  for (const quote of quotes) observeOptionQuote(state, record, quote, at);
}

function observeOptionQuote(
  state: PricingState,
  expiry: ExpiryRecord,
  { instrument, bid, ask, openInterest }: ChainQuote,
  at: Instant,
): void {
  const contract = state.contracts.get(instrument);
  if (contract === undefined || !belongsTo(contract, expiry)) return ignoreInput(state, 'unlisted-instrument');
  const low = quotedPremium(bid);
  const high = quotedPremium(ask);
  const interest = quotedPremium(openInterest);
  if (low === 'malformed' || high === 'malformed' || interest === 'malformed') {
    return ignoreInput(state, 'malformed-quote');
  }
  if (low !== null && high !== null && low.gt(high)) return ignoreInput(state, 'crossed-quote');
  contract.quote = {
    // A bid or an offer at zero is none.
    bid: low === null || low.isZero() ? null : text(low),
    ask: high === null || high.isZero() ? null : text(high),
    openInterest: interest === null ? null : text(interest),
    at,
  };
  expiry.chainChanged = true;
}

function belongsTo({ specification: { instrument } }: ContractRecord, { underlying, expiry }: ExpiryRecord): boolean {
  return instrument.kind === 'option' && instrument.underlying === underlying && instrument.expiry === expiry;
}
