import { dec, invariant, text, type Decimal, type DecimalString } from '@ballast/kernel';
import { roundRate } from './rounding.js';

/** A bracket as it stands in events: for N in [floor, next floor) the requirement is N * rate - deduction. */
interface WrittenBracket {
  readonly floor: DecimalString;
  readonly rate: DecimalString;
  readonly deduction: DecimalString;
}

/** The same as decimals; continuous at every floor. */
export interface BracketFigures {
  readonly floor: Decimal;
  readonly rate: Decimal;
  readonly deduction: Decimal;
}

/** The bracket that a notional lies in. */
export function bracketOf(brackets: readonly BracketFigures[], notional: Decimal): BracketFigures {
  let found = brackets[0];
  invariant(found, 'a table has at least one bracket');
  for (const bracket of brackets) {
    if (bracket.floor.gt(notional)) break;
    found = bracket;
  }
  return found;
}

/**
 * Requirement of a notional by the table: N * rate - deduction.
 * @returns USD, exact
 * @see docs/spec/margin.md (W65)
 */
export function bracketRequirement(brackets: readonly BracketFigures[], notional: Decimal): Decimal {
  const { rate, deduction } = bracketOf(brackets, notional);
  return notional.times(rate).minus(deduction);
}

/**
 * Average rate of a notional by the table: rate - deduction / N, rounded up to 12 digits; at N = 0 the lowest rate.
 * @param notional USD, >= 0
 * @returns fraction of notional, never falling in N
 * @see docs/spec/margin.md CLR-MRG-030
 */
export function bracketRate(brackets: readonly BracketFigures[], notional: Decimal): Decimal {
  const { rate, deduction } = bracketOf(brackets, notional);
  if (notional.isZero()) return rate;
  // Nothing is deducted in the lowest bracket, which most sizes lie in.
  return roundRate(deduction.isZero() ? rate : rate.minus(deduction.div(notional)));
}

export const writeBrackets = (brackets: readonly BracketFigures[]): readonly WrittenBracket[] =>
  brackets.map(({ floor, rate, deduction }) => ({ floor: text(floor), rate: text(rate), deduction: text(deduction) }));

const read = new WeakMap<readonly WrittenBracket[], readonly BracketFigures[]>();

/** A table that stands in an event never changes, and many ask it: it is read once. */
export function readBrackets(brackets: readonly WrittenBracket[]): readonly BracketFigures[] {
  const known = read.get(brackets);
  if (known !== undefined) return known;
  const made = brackets.map(({ floor, rate, deduction }) => ({
    floor: dec(floor),
    rate: dec(rate),
    deduction: dec(deduction),
  }));
  read.set(brackets, made);
  return made;
}
