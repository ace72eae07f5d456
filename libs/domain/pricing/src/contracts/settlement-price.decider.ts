import type { Timer } from '@ballast/event-sourcing';
import type { PricingEvents } from '@ballast/facts';
import { DELIVERY_PRICE_DIGITS, LONGEST_EXTENSION_MS } from '@ballast/instruments';
import { dec, invariant, sum, text, type Decimal, type Instant } from '@ballast/kernel';
import type { PricingState } from '../pricing.state.js';
import { overrideOf } from '../settlement-override/settlement-override.evolve.js';
import { compareExpiries, expiryKey, type ExpiryRecord } from './contract.state.js';
import { deliveryPriceOf } from './delivery-window.js';

const TIMER = 'settlement-';

/** Delivery prices that can be fixed by now: at the expiry, or as soon after it as enough samples are there. */
export function dueSettlements(state: PricingState, now: Instant): readonly Timer[] {
  const due: Timer[] = [];
  for (const record of state.expiries.values()) {
    if (!record.admitted || record.expiry > now) continue;
    const at = settledAt(state, record, now);
    if (at !== null) due.push({ id: `${TIMER}${expiryKey(record.underlying, record.expiry)}`, due: at });
  }
  return due;
}

function settledAt(state: PricingState, record: ExpiryRecord, now: Instant): Instant | null {
  const { underlying, expiry } = record;
  const override = overrideOf(state, underlying, expiry);
  if (override !== undefined) return Math.max(expiry, override.approvedAt);
  const price = deliveryPriceOf(expiry, record.indexes, now, cadenceOf(state));
  if (price.status === 'fixed') return price.at;
  const last = state.underlyings.get(underlying)?.index ?? null;
  return price.status === 'refused' && last !== null ? expiry + LONGEST_EXTENSION_MS : null;
}

/** True for a timer of `dueSettlements`. */
export function isSettlement({ id }: Timer): boolean {
  return id.startsWith(TIMER);
}

function expiryOf(state: PricingState, { id }: Timer): ExpiryRecord {
  const record = [...state.expiries.values()]
    .sort(compareExpiries)
    .find(({ underlying, expiry }) => id === `${TIMER}${expiryKey(underlying, expiry)}`);
  invariant(record, `settlement of an unknown expiry: ${id}`);
  return record;
}

/**
 * Fixes the delivery price of an expiry. When even the longest extension has not brought enough samples, the price is the
 * average of those there are, without any the last index: holders are paid, and the event shows what was missing. What two persons set
 * goes before all of it.
 * @see docs/spec/pricing.md CLR-PRC-060, CLR-PRC-062
 */
export function fixSettlementPrice(state: PricingState, timer: Timer): PricingEvents['SettlementPriceFixed'] {
  const record = expiryOf(state, timer);
  const at = timer.due;
  const { underlying, expiry, indexes } = record;
  const fixed = deliveryPriceOf(expiry, indexes, at, cadenceOf(state));
  const counts = { samples: fixed.counts.used, carried: fixed.counts.carried, missing: fixed.counts.missing };
  const override = overrideOf(state, underlying, expiry);
  if (override !== undefined) {
    return { underlying, expiry, price: override.price, ...counts, override: override.overrideId };
  }
  invariant(fixed.status === 'fixed' || fixed.status === 'refused', `${underlying} is still being averaged at ${at}`);
  return {
    underlying,
    expiry,
    price: text(fixed.status === 'fixed' ? fixed.price : averageOfWhatIsThere(state, record)),
    ...counts,
  };
}

function averageOfWhatIsThere(state: PricingState, { underlying, indexes }: ExpiryRecord): Decimal {
  if (indexes.length > 0) {
    return sum(indexes.map(({ price }) => dec(price)))
      .div(indexes.length)
      .toDecimalPlaces(DELIVERY_PRICE_DIGITS);
  }
  const last = state.underlyings.get(underlying)?.index;
  invariant(last, `${underlying} never had an index`);
  return dec(last).toDecimalPlaces(DELIVERY_PRICE_DIGITS);
}

function cadenceOf({ market }: PricingState): number {
  invariant(market, 'contracts are admitted after the market is open');
  return market.priceSetEveryMs;
}
