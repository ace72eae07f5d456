import { ModelInputError } from '@ballast/kernel';

/** Unit roundoff of float64 times 1 + 2^-10: 2^-53 + 2^-63. What is beyond the roundoff covers all terms of higher order. */
const ROUNDOFF = (1 + 1 / 1_024) / 9_007_199_254_740_992;
/** Roundings of one term beside those of its sum: inputs, products, weights, the last two sums. Derived in the document. */
const ROUNDINGS_BESIDE_SUM = 8;
/** The most terms for which the derivation holds. */
const MOST_TERMS = 1_073_741_824;
/** 1 + 2^-50: covers the roundings of the bound's own last operations. */
const UP = 1 + 4 / 4_503_599_627_370_496;

export interface ErrorSource {
  /** Length of the longest sum: positions, or lines of value or of charges. */
  readonly terms: number;
  /** Sum of the magnitudes of everything that was added up, as the float64 sums have it. */
  readonly magnitude: number;
  /** How far the decided figure may be from the unrounded one: so many roundings times their step, e.g. 3 x 0.01. */
  readonly rounding: number;
}

/**
 * How far a surplus in float64 may be from the decimal one, decided and rounded:
 *   |float - exact| <= (terms + 8) * 2^-53 * (1 + 2^-10) * magnitude + rounding
 * computed in pinned operations, and never below that.
 *
 * @returns in the unit of the magnitude, >= 0; Infinity where the magnitude overflowed
 * @throws ModelInputError `sweep-bound`
 * @see docs/spec/sweep-bound.md
 */
export function sweepErrorBound({ terms, magnitude, rounding }: ErrorSource): number {
  if (!Number.isInteger(terms) || terms < 0 || terms > MOST_TERMS) {
    throw new ModelInputError('sweep-bound', 'terms', `terms is ${terms}: give a whole number up to ${MOST_TERMS}`);
  }
  if (!(magnitude >= 0)) {
    throw new ModelInputError('sweep-bound', 'magnitude', `magnitude is ${magnitude}: give a sum of magnitudes`);
  }
  if (!(rounding >= 0)) {
    throw new ModelInputError('sweep-bound', 'rounding', `rounding is ${rounding}: give 0 or more`);
  }
  return ((terms + ROUNDINGS_BESIDE_SUM) * ROUNDOFF * magnitude + rounding) * UP;
}

/** What float64 can say of an exact figure's sign: it is above 0, it is below 0, or only exact decimals can tell. */
export type Screening = 'above' | 'below' | 'exact';

/**
 * The sign of the exact figure from its float64 and the bound of their distance. A figure exactly at the bound is left to the
 * decimals, and so is anything that is no number.
 */
export function screen(surplus: number, bound: number): Screening {
  return surplus > bound ? 'above' : surplus < -bound ? 'below' : 'exact';
}
