import { PROFILE_DIGITS, type Decimal } from '@ballast/kernel';

/** Digits after the point of quote amounts, prices, fees and fractions at dYdX and Drift: the grid of USDC. */
export const QUOTE_DECIMALS = 6;

/** Digits that hold the product of any three figures of the profile, so that a grid rounds what is exact. */
const WIDE_DIGITS = 128;

/**
 * The figure as the left side of a product or quotient that is not rounded to 40 digits before its grid rounds it. A venue that
 * computes in integers rounds once; so must we, up to its largest figures.
 */
export function exact(value: Decimal): Decimal {
  return value.inDigits(WIDE_DIGITS);
}

/** The left side of products of the profile again, with the digits it has. */
export function narrow(value: Decimal): Decimal {
  return value.inDigits(PROFILE_DIGITS);
}

/** Toward minus infinity, to a number of digits after the point. */
export function floorTo(value: Decimal, decimals: number): Decimal {
  return narrow(value.toDecimalPlaces(decimals, 'floor'));
}

/** Toward plus infinity, to a number of digits after the point. */
export function ceilTo(value: Decimal, decimals: number): Decimal {
  return narrow(value.toDecimalPlaces(decimals, 'ceil'));
}

/** Toward zero, to a number of digits after the point. */
export function truncateTo(value: Decimal, decimals: number): Decimal {
  return narrow(value.toDecimalPlaces(decimals, 'down'));
}
