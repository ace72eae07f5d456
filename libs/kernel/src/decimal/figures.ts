import { InvariantViolation } from '../invariant.js';
import { Decimal, type DecimalValue } from './decimal.js';

/**
 * The decimal profile of every figure that is stored or acted upon: 40 significant digits, half-even unless a
 * rule names a direction, never exponent notation in text. A change of profile is a new id; old ids stay known.
 * @see docs/adr/0006-decimals.md
 */
export const KERNEL_PROFILE = 'decimal-40-half-even@1';

/** A decimal as text, plain notation, as it stands in events, JSON and the database. */
export type DecimalString = string;

export const ZERO: Decimal = Decimal.of(0);
export const ONE: Decimal = Decimal.of(1);

/** Reads a decimal from its text or from an integer. Never pass a computed float. */
export function dec(value: DecimalValue): Decimal {
  return Decimal.of(value);
}

/** A figure of more digits before the point is no price, amount or rate of anything, and its text longer than any schema takes. */
const MOST_WHOLE_DIGITS = 60;

/**
 * Plain notation without trailing zeros: the one text form of a decimal. Every figure of an event
 * comes through here, so a figure that is none (a quotient by zero, an overflow) stops its decision and is never stored.
 * @throws InvariantViolation on NaN, on an infinite value, and on one of more than 60 digits before the point
 */
export function text(value: Decimal): DecimalString {
  if (!value.hasWholeDigits(MOST_WHOLE_DIGITS))
    throw new InvariantViolation(`${value.toNumber()} is no figure: nothing that rests on it is stored`);
  return value.toString();
}

export function minOf(first: Decimal, ...others: readonly Decimal[]): Decimal {
  let least = first;
  for (const next of others) if (next.lt(least)) least = next;
  return least;
}

export function maxOf(first: Decimal, ...others: readonly Decimal[]): Decimal {
  let most = first;
  for (const next of others) if (next.gt(most)) most = next;
  return most;
}

/** Limits a value to `[low, high]`. */
export function clamp(value: Decimal, low: Decimal, high: Decimal): Decimal {
  return value.lt(low) ? low : value.gt(high) ? high : value;
}

/** Sum of several; 0 of none. Zeros are passed over: adding one copies and rounds as adding any other figure does, and most sums are of one. */
export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) {
    if (!value.isZero()) total = total === ZERO ? value : total.plus(value);
  }
  return total;
}
