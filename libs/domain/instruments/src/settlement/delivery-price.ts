import { dec, isoOf, maxOf, MINUTE_MS, SECOND_MS, ZERO, type Decimal, type Instant } from '@ballast/kernel';
import { InstrumentError } from '../instrument-error.js';

/** The delivery price is the mean of the index over the last half hour, one sample every four seconds. */
export const AVERAGING_WINDOW_MS = 30 * MINUTE_MS;
export const SAMPLE_INTERVAL_MS = 4 * SECOND_MS;
export const SAMPLES = AVERAGING_WINDOW_MS / SAMPLE_INTERVAL_MS;
/** A value is carried at most this long. */
const CARRIED_AT_MOST_MS = 12 * SECOND_MS;
/** 5 % of the samples, rounded down: with one more missing, the average is not good enough. */
const MISSING_AT_MOST = Math.floor(SAMPLES * 0.05);
/** The averaging goes on at most this long after the expiry. */
export const LONGEST_EXTENSION_MS = AVERAGING_WINDOW_MS;

/** Digits after the point of a delivery price; half-even, since neither direction favours a side. */
export const DELIVERY_PRICE_DIGITS = 8;

/** An index as published. */
export interface IndexObservation {
  readonly at: Instant;
  readonly price: Decimal;
}

export interface SampleCounts {
  /** Samples in the average. */
  readonly used: number;
  /** Those of them that are older than one interval. */
  readonly carried: number;
  /** Samples of the window that nothing could be carried to. */
  readonly missing: number;
}

export type DeliveryPrice =
  /** Before the expiry: the average if the index stayed as it is. `price` is null before the first observation. */
  | { readonly status: 'averaging'; readonly estimate: Decimal | null; readonly counts: SampleCounts }
  /** After the expiry with too many samples missing: one more sample is taken for each one missing. */
  | { readonly status: 'extended'; readonly until: Instant; readonly counts: SampleCounts }
  | { readonly status: 'fixed'; readonly price: Decimal; readonly at: Instant; readonly counts: SampleCounts }
  /** Not enough after the longest extension: people decide, two of them, on a price from other venues. */
  | { readonly status: 'refused'; readonly code: 'delivery-samples-missing'; readonly counts: SampleCounts };

/**
 * Delivery price of an expiry as known at a time. Samples are due at `expiry - 30 min + 4 s * k`, k = 1 to 450. A sample is
 * the newest index at or before its time, at most 12 s old; otherwise it is missing. Up to 22 missing samples (5 %) are
 * left out of the mean. With more, the averaging goes on past the expiry until only 22 of 450 lack, at most half an hour.
 * @param observations oldest first; those after `now` are ignored
 * @throws InstrumentError `samples-out-of-order`, `bad-price`
 * @see docs/spec/instruments.md CLR-INS-020 (W46)
 */
export function deliveryPrice(expiry: Instant, observations: readonly IndexObservation[], now: Instant): DeliveryPrice {
  requireObservations(observations);
  const from = expiry - AVERAGING_WINDOW_MS;
  const end = expiry + LONGEST_EXTENSION_MS;
  let total = ZERO;
  let [used, carried, missing] = [0, 0, 0];
  let next = 0;
  let last: IndexObservation | undefined;
  for (let due = from + SAMPLE_INTERVAL_MS; due <= Math.min(now, end); due += SAMPLE_INTERVAL_MS) {
    for (; (observations[next]?.at ?? Infinity) <= due; next += 1) last = observations[next];
    const age = last === undefined ? Infinity : due - last.at;
    if (last !== undefined && age <= CARRIED_AT_MOST_MS) {
      total = total.plus(last.price);
      used += 1;
      if (age >= SAMPLE_INTERVAL_MS) carried += 1;
    } else if (due <= expiry) missing += 1;
    if (due >= expiry && used >= SAMPLES - MISSING_AT_MOST) {
      const price = total.div(used).toDecimalPlaces(DELIVERY_PRICE_DIGITS);
      return { status: 'fixed', price, at: due, counts: { used, carried, missing } };
    }
  }
  const counts = { used, carried, missing };
  if (now >= end) return { status: 'refused', code: 'delivery-samples-missing', counts };
  if (now >= expiry) return { status: 'extended', until: end, counts };
  const known = newestAt(observations, now);
  if (known === undefined) return { status: 'averaging', estimate: null, counts };
  const remaining = SAMPLES - used - missing;
  const estimate = total.plus(known.price.times(remaining)).div(used + remaining);
  return { status: 'averaging', estimate: estimate.toDecimalPlaces(DELIVERY_PRICE_DIGITS), counts };
}

/**
 * Share of an expiring contract's risk that is still open: (expiry - now) / 30 min, within [0, 1]. Every sample fixes
 * one 450th of the delivery price.
 * @see docs/spec/instruments.md CLR-INS-021
 */
export function openShare(expiry: Instant, now: Instant): Decimal {
  if (now <= expiry - AVERAGING_WINDOW_MS) return dec(1);
  return maxOf(dec(expiry - now).div(AVERAGING_WINDOW_MS), ZERO);
}

function newestAt(observations: readonly IndexObservation[], now: Instant): IndexObservation | undefined {
  let newest: IndexObservation | undefined;
  for (const observation of observations) if (observation.at <= now) newest = observation;
  return newest;
}

function requireObservations(observations: readonly IndexObservation[]): void {
  let previous = -Infinity;
  for (const { at, price } of observations) {
    if (!(at >= previous)) {
      const message = `the index of ${isoOf(at)} comes after a later one; sort the observations by time`;
      throw new InstrumentError('samples-out-of-order', 'observations', message);
    }
    if (!price.isFinite() || price.lte(0)) {
      throw new InstrumentError(
        'bad-price',
        'observations',
        `${price.toFixed()} at ${isoOf(at)} is no index; it is above 0`,
      );
    }
    previous = at;
  }
}
