import { ZERO, dec, invariant, type Decimal } from '@ballast/kernel';
import type { Bracket } from '@ballast/facts';

/** A bracket as numbers, read once for the many sizes that are tried. */
export interface BracketFigures {
  readonly floor: Decimal;
  readonly rate: Decimal;
  readonly deduction: Decimal;
}

export const readBrackets = (brackets: readonly Bracket[]): readonly BracketFigures[] =>
  brackets.map(({ floor, rate, deduction }) => ({ floor: dec(floor), rate: dec(rate), deduction: dec(deduction) }));

/**
 * Requirement of a notional under a continuous bracket schedule: N * rate - deduction of the bracket N lies in.
 * @param notional USD, >= 0
 * @returns USD, unrounded
 * @see docs/spec/margin.md (W65)
 */
export function bracketedRequirement(notional: Decimal, brackets: readonly BracketFigures[]): Decimal {
  invariant(notional.gte(0), 'a notional is never negative');
  const bracket = brackets.findLast(({ floor }) => notional.gte(floor));
  invariant(bracket !== undefined, 'the first bracket starts at zero');
  return notional.times(bracket.rate).minus(bracket.deduction);
}

/**
 * Requirement of one account's part of the owner's notional on a side: own notional * requirement(sum) / sum.
 * @param own    USD, of this account
 * @param others USD, of the owner's other accounts on the same side
 */
export function requirementOfPart(own: Decimal, others: Decimal, brackets: readonly BracketFigures[]): Decimal {
  if (own.isZero()) return ZERO;
  const total = own.plus(others);
  return bracketedRequirement(total, brackets).times(own).div(total);
}
