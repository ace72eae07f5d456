import type { InstrumentId, PricingEvents } from '@ballast/facts';
import { openShare } from '@ballast/instruments';
import { ONE, dec, invariant, text } from '@ballast/kernel';
import type { PricingRules } from '../rules/pricing-rules.js';
import type { PricingState } from '../pricing.state.js';
import { endHalt } from '../instrument-halt/instrument-halt.evolve.js';
import { expiryKey, expiryOf, type ContractRecord } from './contract.state.js';
import { entersDelivery } from './delivery-window.js';
import { ENDS_WAITING, listingOf } from './listing.decider.js';
import { nextVariationAt } from './variation-price.decider.js';

export function instrumentAdmitted(
  state: PricingState,
  { specification: { id } }: PricingEvents['InstrumentAdmitted'],
): void {
  const listing = listingOf(state, id);
  invariant(listing, `${id} is admitted without a listing`);
  listing.admitted = true;
  const expiry = expiryOf(state, listing);
  if (expiry !== undefined) expiry.admitted = true;
}

/** A listing that waited beyond its expiry is forgotten; whatever is admitted stays. */
export function instrumentRefused(state: PricingState, { instrument, code }: PricingEvents['InstrumentRefused']): void {
  const listing = listingOf(state, instrument);
  if (listing === undefined || listing.admitted || !ENDS_WAITING.includes(code)) return;
  const expiry = expiryOf(state, listing);
  state.contracts.delete(instrument);
  if (expiry === undefined || expiry.admitted) return;
  if ([...state.contracts.values()].some((other) => expiryOf(state, other) === expiry)) return;
  state.expiries.delete(expiryKey(expiry.underlying, expiry.expiry));
}

export function surfacePublished(state: PricingState, surface: PricingEvents['SurfacePublished']): void {
  const record = state.expiries.get(expiryKey(surface.underlying, surface.expiry));
  invariant(record, `surface of an unknown expiry: ${surface.underlying} ${surface.expiry}`);
  record.surface = surface;
  record.chainChanged = false;
}

export function riskArraysPublished(
  state: PricingState,
  { number, asOf, instruments }: PricingEvents['RiskArraysPublished'],
  rules: PricingRules,
): void {
  invariant(number === state.priceSets + 1, `risk arrays ${number} do not follow price set ${state.priceSets}`);
  for (const risk of instruments) {
    const record = contractOf(state, risk.instrument);
    record.risk = risk;
    if (record.specification.cashStyle === 'variation-margin') record.nextVariationAt ??= nextVariationAt(asOf, rules);
  }
}

/**
 * Keeps what a price set leaves to the next ones of every expiry: its index, where that can enter the delivery price, and the basis of its
 * forward, until the averaging begins.
 */
export function noteIndexes(
  state: PricingState,
  { number, asOf, underlyings }: PricingEvents['PriceSetPublished'],
): void {
  for (const record of state.expiries.values()) {
    const prices = underlyings[record.underlying];
    if (prices === undefined || prices.status === 'HALT' || state.market === null) continue;
    const { surface } = record;
    if (surface?.number === number && openShare(record.expiry, asOf).eq(ONE)) {
      record.basis = text(dec(surface.forward).minus(prices.index));
    }
    if (!entersDelivery(record.expiry, asOf, state.market.priceSetEveryMs)) continue;
    record.indexes.push({ at: asOf, price: prices.index });
  }
}

/** Everything of the expiry is delivered: it is priced no more. */
export function settlementPriceFixed(
  state: PricingState,
  { underlying, expiry }: PricingEvents['SettlementPriceFixed'],
): void {
  state.expiries.delete(expiryKey(underlying, expiry));
  for (const [id, { specification }] of state.contracts) {
    const { instrument } = specification;
    if (instrument.kind !== 'perpetual' && instrument.underlying === underlying && instrument.expiry === expiry) {
      state.contracts.delete(id);
      endHalt(state, id);
    }
  }
}

export function variationPriceFixed(
  state: PricingState,
  { instrument, dueAt }: PricingEvents['VariationPriceFixed'],
  rules: PricingRules,
): void {
  contractOf(state, instrument).nextVariationAt = nextVariationAt(dueAt, rules);
}

function contractOf(state: PricingState, id: InstrumentId): ContractRecord {
  const record = state.contracts.get(id);
  invariant(record, `pricing has no contract ${id}`);
  return record;
}
