import { Decimal } from '@ballast/kernel';

/** Digits after the point of quote amounts, prices, fees and fractions at dYdX and Drift: the grid of USDC. */
export const QUOTE_DECIMALS = 6;

/** Toward minus infinity, to a number of digits after the point. */
export function floorTo(value: Decimal, decimals: number): Decimal {
  return value.toDecimalPlaces(decimals, Decimal.ROUND_FLOOR);
}

/** Toward plus infinity, to a number of digits after the point. */
export function ceilTo(value: Decimal, decimals: number): Decimal {
  return value.toDecimalPlaces(decimals, Decimal.ROUND_CEIL);
}

/** Toward zero, to a number of digits after the point. */
export function truncateTo(value: Decimal, decimals: number): Decimal {
  return value.toDecimalPlaces(decimals, Decimal.ROUND_DOWN);
}
