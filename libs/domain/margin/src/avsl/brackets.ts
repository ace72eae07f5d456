import type { Bracket } from '@ballast/facts';
import { dec, invariant, text, ZERO, type Decimal } from '@ballast/kernel';
import type { UnderlyingFigures } from '../parameters/parameter-figures.js';
import { maintenanceRateAt } from './maintenance-rate.js';
import { roundRate } from './rounding.js';

/** A bracket as decimals: for N in [floor, next floor) the requirement is N * rate - deduction. */
export interface BracketFigures {
  readonly floor: Decimal;
  readonly rate: Decimal;
  readonly deduction: Decimal;
}

/**
 * Continuous brackets through the maintenance rate at each floor:
 *   rate_k      = ( MM(F_k+1) - MM(F_k) ) / ( F_k+1 - F_k ),  MM(q) = q * mm(q, V), MM(0) = 0
 *   deduction_k = deduction_k-1 + F_k * ( rate_k - rate_k-1 )
 * Between the floors the table is a chord, so at or above the formula wherever q * mm(q) is convex. The open last
 * bracket goes through four times its floor.
 *
 * Each rate is rounded up to 12 digits and the deductions are made of the rounded rates, exactly: the requirement stays
 * continuous at every floor, and is above the formula there by at most 1e-12 of the floor.
 * @see docs/spec/margin.md (W65)
 */
export function maintenanceBrackets(scalar: Decimal, parameters: UnderlyingFigures): readonly BracketFigures[] {
  const brackets: BracketFigures[] = [];
  let floorRequirement = ZERO;
  let previous: BracketFigures = { floor: ZERO, rate: ZERO, deduction: ZERO };
  parameters.bracketFloors.forEach((floor, i) => {
    const knot = parameters.knots[i];
    invariant(knot, 'every bracket has an upper end');
    // The lowest bracket would have no width if it were the only one.
    invariant(knot.notional.gt(floor), 'bracket floors rise');
    const requirement = knot.notional.times(maintenanceRateAt(knot, scalar, parameters).rate);
    const rate = roundRate(requirement.minus(floorRequirement).div(knot.notional.minus(floor)));
    const deduction = previous.deduction.plus(floor.times(rate.minus(previous.rate)));
    previous = { floor, rate, deduction: i === 0 ? ZERO : deduction };
    floorRequirement = requirement;
    brackets.push(previous);
  });
  return brackets;
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
 */
export function bracketRequirement(brackets: readonly BracketFigures[], notional: Decimal): Decimal {
  const { rate, deduction } = bracketOf(brackets, notional);
  return notional.times(rate).minus(deduction);
}

/**
 * Average rate of a notional by the table: rate - deduction / N, rounded up to 12 digits; at N = 0 the lowest rate.
 * @returns fraction of notional, never falling in N
 */
export function bracketRate(brackets: readonly BracketFigures[], notional: Decimal): Decimal {
  const { rate, deduction } = bracketOf(brackets, notional);
  return notional.isZero() ? rate : roundRate(rate.minus(deduction.div(notional)));
}

export const writeBrackets = (brackets: readonly BracketFigures[]): readonly Bracket[] =>
  brackets.map(({ floor, rate, deduction }) => ({ floor: text(floor), rate: text(rate), deduction: text(deduction) }));

const read = new WeakMap<readonly Bracket[], readonly BracketFigures[]>();

/** Reads a table into decimals. The same table is read once: payloads of events never change. */
export function readBrackets(brackets: readonly Bracket[]): readonly BracketFigures[] {
  const known = read.get(brackets);
  if (known !== undefined) return known;
  const figures = brackets.map(({ floor, rate, deduction }) => ({
    floor: dec(floor),
    rate: dec(rate),
    deduction: dec(deduction),
  }));
  read.set(brackets, figures);
  return figures;
}
