import { dec, type DecimalString } from '@ballast/kernel';

/**
 * The exchange counts in whole steps: prices in ticks, quantities in lots, what an owner believes to have in cents
 * and 1e-8 coins. These are safe integers, so their sums do not depend on the order of the entries.
 */

/** Text of `units * 10^-digits`, without trailing zeros. `decimalText(734810, 2)` is `7348.1`. */
export function decimalText(units: number, digits: number): DecimalString {
  const figures = String(Math.abs(units)).padStart(digits + 1, '0');
  const whole = figures.slice(0, figures.length - digits);
  const fraction = figures.slice(figures.length - digits).replace(/0+$/, '');
  const sign = units < 0 ? '-' : '';
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** Whole units of `10^-digits`, rounded half away from zero; the reverse of `decimalText`. */
export function unitsOf(amount: DecimalString, digits: number): number {
  return dec(amount).times(dec(10).pow(digits)).round().toNumber();
}

/** Digits of the units in which an owner's view counts USD and coins. */
export const CENT_DIGITS = 2;
export const COIN_DIGITS = 8;
export const COIN_UNITS = 100_000_000;
