import {
  AVERAGING_WINDOW_MS,
  LONGEST_EXTENSION_MS,
  SAMPLE_INTERVAL_MS,
  deliveryPrice,
  type DeliveryPrice,
  type IndexObservation,
} from '@ballast/instruments';
import { dec, type DecimalString, type Instant } from '@ballast/kernel';

/** Index at a price set. */
export interface PublishedIndex {
  readonly at: Instant;
  readonly price: DecimalString;
}

/** True if the index of that time can enter the delivery price of the expiry. */
export function entersDelivery(expiry: Instant, at: Instant, priceSetEveryMs: number): boolean {
  return at > expiry - AVERAGING_WINDOW_MS - priceSetEveryMs && at <= expiry + LONGEST_EXTENSION_MS;
}

/**
 * The index at every sample time of the averaging. An index is in force until the next one is due, a cadence later: an
 * exchange that wants a price set a minute has its index sampled 15 times in it. Whatever comes later than its turn is
 * carried, or missing, by the sample-gap rule of `deliveryPrice`.
 */
function samplesOf(
  expiry: Instant,
  indexes: readonly PublishedIndex[],
  now: Instant,
  priceSetEveryMs: number,
): readonly IndexObservation[] {
  const inForceMs = Math.max(priceSetEveryMs, SAMPLE_INTERVAL_MS);
  const until = Math.min(now, expiry + LONGEST_EXTENSION_MS);
  const samples: IndexObservation[] = [];
  let next = 0;
  let price = dec(0);
  let at = -Infinity;
  for (let due = expiry - AVERAGING_WINDOW_MS + SAMPLE_INTERVAL_MS; due <= until; due += SAMPLE_INTERVAL_MS) {
    for (let index = indexes[next]; index !== undefined && index.at <= due; index = indexes[++next]) {
      price = dec(index.price);
      at = index.at;
    }
    if (due - at < inForceMs) samples.push({ at: due, price });
  }
  const newest = indexes.at(-1);
  // For the estimate: what the index is now counts, also between two sample times.
  if (newest !== undefined && newest.at <= now && newest.at > (samples.at(-1)?.at ?? -Infinity)) {
    samples.push({ at: newest.at, price: dec(newest.price) });
  }
  return samples;
}

/**
 * Delivery price of an expiry as the price sets so far make it.
 * @param indexes oldest first
 * @see docs/spec/instruments.md CLR-INS-020
 */
export function deliveryPriceOf(
  expiry: Instant,
  indexes: readonly PublishedIndex[],
  now: Instant,
  priceSetEveryMs: number,
): DeliveryPrice {
  return deliveryPrice(expiry, samplesOf(expiry, indexes, now, priceSetEveryMs), now);
}
