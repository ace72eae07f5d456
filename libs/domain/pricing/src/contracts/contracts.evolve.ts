import type { PricingEvents, Underlying } from '@ballast/facts';
import { readContractSpecification } from '@ballast/instruments';
import { canonicalText, invariant } from '@ballast/kernel';
import type { PricingRules } from '../pricing-rules.js';
import type { PricingState } from '../pricing.state.js';
import { expiryKey, type ContractRecord } from './contract.state.js';
import { entersDelivery } from './delivery-window.js';
import { nextVariationAt } from './variation-price.decider.js';

export function instrumentAdmitted(
  state: PricingState,
  { specification: document }: PricingEvents['InstrumentAdmitted'],
): void {
  const specification = readContractSpecification(document);
  const { instrument } = specification;
  state.contracts.set(instrument.id, {
    specification,
    listedAs: canonicalText(document),
    book: null,
    quote: null,
    risk: null,
    nextVariationAt: null,
  });
  if (instrument.kind === 'perpetual') return;
  const underlying = instrument.underlying as Underlying;
  const key = expiryKey(underlying, instrument.expiry);
  if (state.expiries.has(key)) return;
  state.expiries.set(key, {
    underlying,
    expiry: instrument.expiry,
    chainAt: null,
    chainChanged: false,
    surface: null,
    indexes: [],
  });
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

/** Keeps the index of a price set for every expiry that it can enter the delivery price of. */
export function noteIndexes(state: PricingState, { asOf, underlyings }: PricingEvents['PriceSetPublished']): void {
  for (const record of state.expiries.values()) {
    const prices = underlyings[record.underlying];
    if (prices === undefined || prices.status === 'HALT' || state.market === null) continue;
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

function contractOf(state: PricingState, id: string): ContractRecord {
  const record = state.contracts.get(id);
  invariant(record, `pricing has no contract ${id}`);
  return record;
}
