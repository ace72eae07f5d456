import type { LogEntry } from '@ballast/event-sourcing';
import type { InstrumentId, PricingEvents, Underlying, UnderlyingPrices } from '@ballast/facts';
import { InvariantViolation, invariant } from '@ballast/kernel';
import {
  instrumentAdmitted,
  instrumentRefused,
  noteIndexes,
  riskArraysPublished,
  settlementPriceFixed,
  surfacePublished,
  variationPriceFixed,
} from './contracts/contracts.evolve.js';
import { nextFundingAt } from './funding-rate.js';
import type { PricingRules } from './pricing-rules.js';
import type { PerpetualRecord, PricingState, UnderlyingRecord } from './pricing.state.js';
import type { SourceRecord } from './source-state.js';

/** Takes an own event into the state; an unknown or newer one stops the fold. */
export function evolvePricing(state: PricingState, event: LogEntry, rules: PricingRules): void {
  invariant(event.schemaVersion === 1, `${event.type} has version ${event.schemaVersion}, newest known is 1`);
  switch (event.type) {
    case 'SourceStateChanged':
      return sourceStateChanged(state, event.payload as PricingEvents['SourceStateChanged']);
    case 'VolatilitySeeded':
      return volatilitySeeded(state, event.payload as PricingEvents['VolatilitySeeded']);
    case 'PriceSetPublished':
      return priceSetPublished(state, event.payload as PricingEvents['PriceSetPublished'], rules);
    case 'FundingRateFixed':
      return fundingRateFixed(state, event.payload as PricingEvents['FundingRateFixed'], rules);
    case 'InstrumentAdmitted':
      return instrumentAdmitted(state, event.payload as PricingEvents['InstrumentAdmitted']);
    case 'InstrumentRefused':
      return instrumentRefused(state, event.payload as PricingEvents['InstrumentRefused']);
    case 'SurfacePublished':
      return surfacePublished(state, event.payload as PricingEvents['SurfacePublished']);
    case 'RiskArraysPublished':
      return riskArraysPublished(state, event.payload as PricingEvents['RiskArraysPublished'], rules);
    case 'SettlementPriceFixed':
      return settlementPriceFixed(state, event.payload as PricingEvents['SettlementPriceFixed']);
    case 'VariationPriceFixed':
      return variationPriceFixed(state, event.payload as PricingEvents['VariationPriceFixed'], rules);
    default:
      throw new InvariantViolation(`unknown event of pricing: ${event.type}`);
  }
}

function underlyingOf(state: PricingState, underlying: Underlying): UnderlyingRecord {
  const record = state.underlyings.get(underlying);
  invariant(record, `pricing has no underlying ${underlying}`);
  return record;
}

function perpetualOf(state: PricingState, instrument: InstrumentId): PerpetualRecord {
  const record = state.perpetuals.get(instrument);
  invariant(record, `pricing has no perpetual ${instrument}`);
  return record;
}

function sourceStateChanged(state: PricingState, { underlying, venue, to }: PricingEvents['SourceStateChanged']): void {
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

function volatilitySeeded(state: PricingState, seed: PricingEvents['VolatilitySeeded']): void {
  const record = underlyingOf(state, seed.underlying);
  record.volatility = { fast: seed.fast, slow: seed.slow };
  record.index = seed.lastPrice;
  record.indexAt = seed.lastAt;
}

function priceSetPublished(state: PricingState, set: PricingEvents['PriceSetPublished'], rules: PricingRules): void {
  const { number, asOf, underlyings, marks } = set;
  invariant(number === state.priceSets + 1, `price set ${number} does not follow ${state.priceSets}`);
  state.priceSets = number;
  state.lastAsOf = asOf;
  for (const [underlying, prices] of Object.entries(underlyings)) {
    const record = underlyingOf(state, underlying);
    noteClamps(record.sources, prices, asOf, rules);
    if (prices.status === 'HALT') continue;
    record.index = prices.index;
    record.indexAt = asOf;
    record.volatility = prices.volatility;
  }
  noteIndexes(state, set);
  for (const mark of marks) {
    const record = perpetualOf(state, mark.instrument);
    record.mark = mark;
    if (mark.branch !== 'frozen') record.samples += 1;
    record.nextFundingAt ??= nextFundingAt(asOf, rules.funding);
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

function fundingRateFixed(state: PricingState, fixed: PricingEvents['FundingRateFixed'], rules: PricingRules): void {
  const record = perpetualOf(state, fixed.instrument);
  record.fundingRate = fixed.rate;
  record.cumulativeIndex = fixed.cumulativeIndex;
  record.samples = 0;
  record.nextFundingAt = nextFundingAt(fixed.dueAt, rules.funding);
}
