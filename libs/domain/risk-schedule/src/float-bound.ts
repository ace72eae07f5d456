import { dec, type Decimal } from '@ballast/kernel';

/** Unit roundoff of float64: 2^-53, written as a quotient of exact numbers. */
export const UNIT_ROUNDOFF = 1 / 9_007_199_254_740_992;
/** Times 1 + 2^-10: what is beyond the roundoff covers the conversions and all terms of higher order. */
const ROUNDOFF = (1 + 1 / 1_024) * UNIT_ROUNDOFF;
/** ECMAScript fixes the float of a numeral of up to 20 significant digits only. */
const PORTABLE_DIGITS = 20;
const LEAST_MAGNITUDE = 1e-90;
const GREATEST_MAGNITUDE = 1e90;

/**
 * The float64 nearest to a decimal, the same on every engine, off by at most 2^-53 (1 + 2^-10) of it. A figure so large or
 * small that products of three could leave the normal floats is no number, which makes every bound of it no number.
 * @see docs/spec/float-bound.md
 */
export function floatOf(value: Decimal): number {
  if (value.isZero()) return 0;
  const portable = value.significantDigits() > PORTABLE_DIGITS ? value.toSignificantDigits(PORTABLE_DIGITS) : value;
  return withinRange(portable.toNumber());
}

/** `floatOf` of the decimal that a numeral says; most need no decimal for it. */
export function floatOfNumeral(numeral: string): number {
  // Sign and point are no digits, so a numeral this short is within them.
  return numeral.length <= PORTABLE_DIGITS ? withinRange(Number(numeral)) : floatOf(dec(numeral));
}

const withinRange = (float: number): number => {
  const size = Math.abs(float);
  return size === 0 || (size >= LEAST_MAGNITUDE && size <= GREATEST_MAGNITUDE) ? float : NaN;
};

/**
 * How far a sum of products in float64 may be from the same in decimals, when no term passes through more than `roundings`
 * roundings: roundings * 2^-53 * (1 + 2^-10) * magnitude, not below that after its own rounding.
 * @param magnitude sum of the magnitudes of all terms, as float64 has it
 */
export const floatBound = (roundings: number, magnitude: number): number => (roundings + 1) * ROUNDOFF * magnitude;

/**
 * Numbers of all figures that may be the least one in decimals, in their order: each is within the bound of its exact figure,
 * so the least exact one is at most twice the bound above the least float. The third bound covers the comparison's own
 * roundings. What is no number may always be the least.
 */
export function leastCandidates(floats: Float64Array, bound: number): number[] {
  let least = Infinity;
  for (const float of floats) if (float < least) least = float;
  const candidates: number[] = [];
  for (let i = 0; i < floats.length; i += 1) {
    if (!((floats[i] as number) - least > 3 * bound)) candidates.push(i);
  }
  return candidates;
}
