import type {
  IndexInput,
  InstrumentMark,
  PricingEvents,
  SourceState,
  Underlying,
  UnderlyingPrices,
} from '@ballast/facts';
import { ZERO, compareText, dec, invariant, text, type Decimal, type Instant } from '@ballast/kernel';
import { fundingRate, impactPremium, nextFundingAt, weightedPremium } from './funding-rate.js';
import { indexPrice, type SourcePrice } from './index-price.js';
import { markCandidates, markPrice, smoothedBasis } from './mark-price.js';
import { markBand, sourceRules, type PricingRules } from './pricing-rules.js';
import type { Listing, Market, PerpetualRecord, PricingState, UnderlyingRecord } from './pricing.state.js';
import { underlyingOf } from './contracts/contract.state.js';
import { worstOf } from './contracts/price-status.js';
import { judgeSource } from './source-state.js';
import type { VolatilityDecay } from './volatility-seed.decider.js';
import { logReturn, nextVolatility } from './volatility.js';

/** Weights that fade with time, kept per process because their powers are dear. */
export interface Decays extends VolatilityDecay {
  readonly basis: (ms: number) => Decimal;
}

/**
 * True when a price set is due: the first tick of each interval of the exchange's cadence, counted from 1970, so that
 * ticks that come a little early or late neither double nor drift.
 */
export function priceSetDue(state: PricingState, market: Market, now: Instant): boolean {
  const interval = (instant: Instant): number => Math.floor(instant / market.priceSetEveryMs);
  return state.lastAsOf === null || interval(now) > interval(state.lastAsOf);
}

/** Sources whose state is another one at this moment, in order of underlying and venue. */
export function sourceChanges(
  state: PricingState,
  asOf: Instant,
  rules: PricingRules,
): readonly PricingEvents['SourceStateChanged'][] {
  const changes: PricingEvents['SourceStateChanged'][] = [];
  for (const [underlying, { sources }] of byName(state.underlyings)) {
    for (const [venue, source] of byName(sources)) {
      const verdict = judgeSource(source, asOf, sourceRules(rules, underlying, venue), rules);
      if (verdict.state === source.state) continue;
      changes.push({ underlying, venue, from: source.state, to: verdict.state, reason: verdict.reason });
    }
  }
  return changes;
}

/** Prices of everything that has one at a moment, from states of sources already judged at that moment. */
export function priceUnderlyings(
  state: PricingState,
  asOf: Instant,
  decays: Decays,
  rules: PricingRules,
): PricingEvents['PriceSetPublished']['underlyings'] {
  return Object.fromEntries(
    byName(state.underlyings).flatMap(([underlying, record]) => {
      const prices = priceUnderlying(record, underlying, asOf, decays, rules);
      return prices === null ? [] : [[underlying, prices]];
    }),
  );
}

/**
 * The price set of a moment: a mark of every admitted linear perpetual. Its status is the worst of the underlyings that
 * have contracts; a coin that is collateral only halts nobody else's trading.
 */
export function composePriceSet(
  state: PricingState,
  underlyings: PricingEvents['PriceSetPublished']['underlyings'],
  asOf: Instant,
  decays: Decays,
  rules: PricingRules,
): PricingEvents['PriceSetPublished'] {
  const perpetuals = byName(state.perpetuals).filter(([, { admitted }]) => admitted);
  const traded = [...perpetuals.map(([, record]) => record), ...state.contracts.values()].filter(
    ({ admitted }) => admitted,
  );
  return {
    number: state.priceSets + 1,
    asOf,
    status: worstOf(traded.map((listing) => pricesOf(underlyings, listing).status)),
    underlyings,
    marks: perpetuals.map(([, record]) => {
      const prices = pricesOf(underlyings, record);
      return prices.status === 'HALT'
        ? frozenMark(record, prices, rules)
        : priceInstrument(record, dec(prices.index), recordOf(state, underlyingOf(record)), asOf, decays, rules);
    }),
  };
}

function pricesOf(underlyings: PricingEvents['PriceSetPublished']['underlyings'], listing: Listing): UnderlyingPrices {
  const prices = underlyings[underlyingOf(listing)];
  invariant(prices, `${listing.specification.instrument.id} was admitted without a price`);
  return prices;
}

function recordOf(state: PricingState, underlying: Underlying): UnderlyingRecord {
  return state.underlyings.get(underlying) as UnderlyingRecord;
}

function byName<Value>(named: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...named].sort(([a], [b]) => compareText(a, b));
}

function priceUnderlying(
  record: UnderlyingRecord,
  underlying: Underlying,
  asOf: Instant,
  decays: Decays,
  rules: PricingRules,
): UnderlyingPrices | null {
  const sources = byName(record.sources);
  const candidates: SourcePrice[] = [];
  for (const [venue, { state, mid, fault }] of sources) {
    if (state === null || mid === null || fault !== null) continue;
    candidates.push({ venue, state, mid: dec(mid), weight: dec(sourceRules(rules, underlying, venue).weight) });
  }
  const priced = indexPrice(candidates, record.index === null ? null : dec(record.index), rules);
  const index = priced === null ? record.index : text(priced.index);
  if (index === null) return null;
  return {
    status: priced === null ? 'HALT' : priced.status,
    index,
    inputs: sources.map(([venue, { state, mid, at }]): IndexInput => {
      const clamped = priced?.clamped.get(venue);
      return { venue, state: state as SourceState, mid, clamped: clamped === undefined ? null : text(clamped), at };
    }),
    median: priced === null ? null : text(priced.median),
    volatility: priced === null ? record.volatility : volatilityAfter(record, priced.index, asOf, decays, rules),
  };
}

/** A HALT has no returns; the first one after it spans the whole gap, as the estimator for irregular ticks allows. */
function volatilityAfter(
  { index, indexAt, volatility }: UnderlyingRecord,
  price: Decimal,
  asOf: Instant,
  decays: Decays,
  { digits }: PricingRules,
): UnderlyingPrices['volatility'] {
  if (index === null || indexAt === null || asOf <= indexAt) return volatility;
  const change = logReturn(dec(index), price);
  const elapsedMs = asOf - indexAt;
  return {
    fast: text(nextVolatility(dec(volatility.fast), decays.fast, change, elapsedMs, digits.volatility)),
    slow: text(nextVolatility(dec(volatility.slow), decays.slow, change, elapsedMs, digits.volatility)),
  };
}

function priceInstrument(
  record: PerpetualRecord,
  index: Decimal,
  { indexAt }: UnderlyingRecord,
  asOf: Instant,
  decays: Decays,
  rules: PricingRules,
): InstrumentMark {
  const { digits, mark: rule } = rules;
  const { instrument, tick } = record.specification;
  // Without a fresh book nobody trades away from the index: the basis fades and the premium is zero.
  const book = record.book !== null && asOf - record.book.at <= rule.bookStaleAfterMs ? record.book : null;
  const sample = book === null ? ZERO : dec(book.mid).minus(index);
  const basis = (
    record.mark === null || indexAt === null
      ? sample
      : smoothedBasis(dec(record.mark.basis), sample, decays.basis(asOf - indexAt))
  ).toDecimalPlaces(digits.price);
  const premium = weightedPremium(
    record.mark === null ? ZERO : dec(record.mark.premium),
    book === null ? ZERO : impactPremium(dec(book.impactBid), dec(book.impactAsk), index),
    record.samples + 1,
  ).toDecimalPlaces(digits.premium);
  const candidates = markCandidates(
    index,
    basis,
    book === null ? index : dec(book.last),
    dec(record.fundingRate),
    nextFundingAt(asOf, rules.funding) - asOf,
    rules,
  );
  const { mark, branch } = markPrice(candidates, index, dec(markBand(rules, instrument.id)), tick);
  return {
    instrument: instrument.id,
    underlying: instrument.underlying,
    mark: text(mark),
    branch,
    candidates: { m1: text(candidates.m1), m2: text(candidates.m2), m3: text(candidates.m3) },
    basis: text(basis),
    premium: text(premium),
    predictedFundingRate: text(fundingRate(premium, rules)),
  };
}

/** On HALT the last mark stands, also for a first set that has nothing but history: then it is the index. */
function frozenMark(
  { specification: { instrument, tick }, mark: last, samples }: PerpetualRecord,
  { index }: UnderlyingPrices,
  rules: PricingRules,
): InstrumentMark {
  if (last !== null) {
    // A funding period that has seen no price yet has neither premium nor rate.
    return samples > 0
      ? { ...last, branch: 'frozen' }
      : { ...last, branch: 'frozen', premium: '0', predictedFundingRate: '0' };
  }
  const at = dec(index);
  const { mark } = markPrice({ m1: at, m2: at, m3: at }, at, dec(markBand(rules, instrument.id)), tick);
  return {
    instrument: instrument.id,
    underlying: instrument.underlying,
    mark: text(mark),
    branch: 'frozen',
    candidates: { m1: index, m2: index, m3: index },
    basis: '0',
    premium: '0',
    predictedFundingRate: '0',
  };
}
