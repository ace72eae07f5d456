import { sweepErrorBound, type ErrorSource } from './sweep-error-bound.js';

/** A sum of products in float64 and the sum of their magnitudes. */
export interface LinearSum {
  readonly total: number;
  readonly magnitude: number;
  readonly terms: number;
}

export const NO_TERMS: LinearSum = { total: 0, magnitude: 0, terms: 0 };

/**
 * Adds a line to a sum: cash x 1, collateral x (price less haircut), quantity x mark, -quantity x entry price, |quantity| x
 * charge. Both factors come from `sweepFloat`.
 */
export function withTerm({ total, magnitude, terms }: LinearSum, first: number, second: number): LinearSum {
  const product = first * second;
  return { total: total + product, magnitude: magnitude + Math.abs(product), terms: terms + 1 };
}

/** All that the sign of an account's surplus at any level depends on, in float64. */
export interface AccountFigures {
  /** Equity before requirements: cash, collateral lines, unrealised P&L. */
  readonly value: LinearSum;
  /** Charges outside the scan, positive: static, per position. */
  readonly charges: LinearSum;
  /** Out of the sweep. */
  readonly worst: number;
  readonly sweepMagnitude: number;
  readonly positions: number;
}

/** How a level weighs them: surplus = value x V - charges x C - loss x max(0, -worst). Each >= 0, from `sweepFloat`. */
export interface LevelWeights {
  readonly value: number;
  readonly charges: number;
  readonly loss: number;
}

/** The surplus of an account at a level and how far it may be from the exact one. */
export interface ScreenedSurplus {
  readonly surplus: number;
  readonly bound: number;
}

/**
 * @param rounding how far the decided surplus may be from the unrounded one, see `ErrorSource`
 * @throws ModelInputError `sweep-bound`
 * @see docs/spec/sweep-bound.md
 */
export function surplusAt(
  { value, charges, worst, sweepMagnitude, positions }: AccountFigures,
  level: LevelWeights,
  rounding: number,
): ScreenedSurplus {
  const loss = worst < 0 ? worst : 0;
  const source: ErrorSource = {
    terms: Math.max(value.terms, charges.terms, positions),
    magnitude: level.value * value.magnitude + level.charges * charges.magnitude + level.loss * sweepMagnitude,
    rounding,
  };
  return {
    surplus: level.value * value.total - level.charges * charges.total + level.loss * loss,
    bound: sweepErrorBound(source),
  };
}
