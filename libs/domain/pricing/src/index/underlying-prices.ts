import type { IndexInput, PricingEvents, SourceState, Underlying, UnderlyingPrices } from '@ballast/facts';
import { dec, invariant, text, type Decimal, type Instant } from '@ballast/kernel';
import { byName } from '../by-name.js';
import type { PricingState } from '../pricing.state.js';
import type { Decays } from '../rules/pricing-documents.js';
import { sourceRules, type PricingRules } from '../rules/pricing-rules.js';
import { bookInForce } from '../mark/book-in-force.js';
import { logReturn, nextVolatility } from '../volatility/volatility.js';
import { indexPrice, type SourcePrice } from './index-price.js';
import { sharedJump } from './shared-jump.js';
import { judgeSource, type SourceRecord } from './source-state.js';
import { underlyingOf, type UnderlyingRecord } from './underlying.state.js';

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

export function sourceStateChanged(
  state: PricingState,
  { underlying, venue, to }: PricingEvents['SourceStateChanged'],
): void {
  const source = underlyingOf(state, underlying).sources.get(venue);
  invariant(source, `${underlying} has no source ${venue}`);
  source.state = to;
  if (to !== 'OUTLIER') {
    source.clampedSince = null;
    source.clampedUntil = null;
  }
  source.unclampedSets = 0;
  // The good quotes that count for coming back are those after it was put out.
  if (to === 'STALE' || to === 'CROSSED' || to === 'EXCLUDED') source.goodQuotes = 0;
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
      const references = referencesOf(state, underlying, record, asOf, rules);
      const prices = priceUnderlying(record, underlying, references, asOf, decays, rules);
      return prices === null ? [] : [[underlying, prices]];
    }),
  );
}

/**
 * Prices that a source without a majority has to be near to: the anchor, and the exchange's own book while it is fresh and no unit slip.
 * @see docs/spec/pricing.md CLR-PRC-011
 */
function referencesOf(
  { perpetuals }: PricingState,
  underlying: Underlying,
  { anchor, index }: UnderlyingRecord,
  asOf: Instant,
  rules: PricingRules,
): readonly Decimal[] {
  const own = [...perpetuals.values()].filter(
    ({ specification }) => specification.instrument.underlying === underlying,
  );
  const books = own.flatMap(({ book }) => {
    // Before the first index there is nothing that a book could be far from.
    const counted = bookInForce(book, dec(index ?? book?.mid ?? 0), asOf, rules);
    return counted === null ? [] : [counted.mid];
  });
  return [...(anchor === null ? [] : [anchor]), ...books].map((price) => dec(price));
}

function priceUnderlying(
  record: UnderlyingRecord,
  underlying: Underlying,
  references: readonly Decimal[],
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
  const found = indexPrice(candidates, references, rules);
  const jump = found === null ? null : sharedJump(found.index, asOf, record, rules.index);
  const priced = jump === null ? found : null;
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
    ...(jump === null ? {} : { jump }),
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

/** Takes the prices of a set into the state: each is what the next one is computed from. */
export function pricesPublished(
  state: PricingState,
  { asOf, underlyings }: PricingEvents['PriceSetPublished'],
  rules: PricingRules,
): void {
  for (const [underlying, prices] of Object.entries(underlyings)) {
    const record = underlyingOf(state, underlying);
    noteClamps(record.sources, prices, asOf, rules);
    record.jump = prices.jump === undefined ? null : { first: prices.jump.first, since: prices.jump.since };
    if (prices.status === 'HALT') continue;
    record.index = prices.index;
    const standBehind = prices.inputs.filter(({ clamped }) => clamped !== null).length;
    if (record.anchor === null || standBehind > 1) record.anchor = prices.index;
    record.indexAt = asOf;
    const { fast, slow } = prices.volatility;
    record.volatility = { fast, slow };
  }
}

/** Keeps for how long each source has been clamped. Below the quorum nothing is clamped, so nothing is learnt. */
function noteClamps(
  sources: ReadonlyMap<string, SourceRecord>,
  { inputs }: UnderlyingPrices,
  asOf: number,
  { index }: PricingRules,
): void {
  if (inputs.filter(({ clamped }) => clamped !== null).length < index.quorum) return;
  for (const { venue, mid, clamped } of inputs) {
    const source = sources.get(venue);
    invariant(source, `no source ${venue}`);
    if (clamped === null) continue;
    if (clamped === mid) {
      source.clampedSince = null;
      source.clampedUntil = null;
      source.unclampedSets += 1;
    } else {
      source.clampedSince ??= asOf;
      source.clampedUntil = asOf;
      source.unclampedSets = 0;
    }
  }
}
