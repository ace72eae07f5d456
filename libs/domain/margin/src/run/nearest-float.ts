import { Decimal } from '@ballast/kernel';

/**
 * The float64 of a decimal, the same on every engine: ECMAScript fixes the value of a numeral of up to 20 digits only,
 * so the decimal is first brought to 17 significant ones. Off by at most (1 + 2^-3) * 2^-53 of the value.
 */
export const nearestFloat = (value: Decimal): number =>
  Number(value.toSignificantDigits(17, Decimal.ROUND_HALF_EVEN).toFixed());
