import { clamp, invariant, maxOf, ZERO, type Decimal } from '@ballast/kernel';
import type { BracketFigures } from './brackets.js';
import {
  executionRateOf,
  penaltyRateOf,
  timeRateOf,
  unwindFactors,
  type LiquidationCostParameters,
  type UnwindFactors,
} from './liquidation-cost.js';
import { roundRate } from './rounding.js';

/** Parameters of one underlying that its rates follow from. */
export interface RateParameters extends Omit<LiquidationCostParameters, 'sigma'> {
  /** s_base: daily volatility that the rates are calibrated at. */
  readonly sBase: Decimal;
  readonly z: Decimal;
  readonly tau0Days: Decimal;
  readonly rateMin: Decimal;
  readonly rateMax: Decimal;
  /** Rising from 0. */
  readonly bracketFloors: readonly Decimal[];
  /** Where the open last bracket ends: this many times its floor. */
  readonly lastBracketEndsAt: Decimal;
  /** One per bracket: its upper end. */
  readonly knots: readonly Knot[];
}

/** The size at which a bracket table meets the formula, with the square roots that don't depend on volatility. */
export interface Knot extends UnwindFactors {
  /** q, USD */
  readonly notional: Decimal;
  /** sqrt(tau0 + T / 3), root of days */
  readonly rootOfHorizon: Decimal;
}

/** The parts of the maintenance rate at one notional that volatility doesn't touch. */
export function knotAt(
  notional: Decimal,
  parameters: Pick<RateParameters, 'participation' | 'averageDailyVolume' | 'tau0Days'>,
): Knot {
  const factors = unwindFactors(notional, parameters);
  return { ...factors, notional, rootOfHorizon: parameters.tau0Days.plus(factors.thirdOfUnwindDays).sqrt() };
}

/** The upper ends of all brackets. */
export const knotsOf = (
  parameters: Pick<
    RateParameters,
    'participation' | 'averageDailyVolume' | 'tau0Days' | 'bracketFloors' | 'lastBracketEndsAt'
  >,
): readonly Knot[] => {
  const { bracketFloors: floors, lastBracketEndsAt } = parameters;
  return floors.map((floor, i) => knotAt(floors[i + 1] ?? floor.times(lastBracketEndsAt), parameters));
};

/** The parts of a maintenance rate, all fractions of notional. */
export interface MaintenanceRateParts {
  /** z * sigma * sqrt(tau0 + T/3): a 99 % move until the position is flat. */
  readonly tail: Decimal;
  readonly executionRate: Decimal;
  readonly penaltyRate: Decimal;
  readonly rate: Decimal;
}

/**
 * Maintenance rate of a notional q at scalar V, with sigma = V * s_base and T = q / (phi * ADV) days to unwind:
 *   mm(q, V) = clamp( z * sigma * sqrt(tau0 + T/3) + max(p_hat, c_exec) , m_min , m_max )
 * A linear unwind over T has variance sigma^2 * T / 3.
 * @param q USD, >= 0: the owner's sum over all accounts on that side of the underlying
 * @param scalar V, > 0
 * @returns unrounded
 * @see docs/spec/margin.md (W61, W63)
 */
export function maintenanceRate(q: Decimal, scalar: Decimal, parameters: RateParameters): MaintenanceRateParts {
  return maintenanceRateAt(knotAt(q, parameters), scalar, parameters);
}

function maintenanceRateAt(knot: Knot, scalar: Decimal, parameters: RateParameters): MaintenanceRateParts {
  const sigma = scalar.times(parameters.sBase);
  const { spread, impact, zeta, rateMin, rateMax } = parameters;
  const tail = parameters.z.times(sigma).times(knot.rootOfHorizon);
  const executionRate = executionRateOf(knot.rootOfVolumeShare, { spread, impact, sigma });
  const penaltyRate = penaltyRateOf(
    executionRate,
    timeRateOf(knot.rootOfThirdOfUnwindDays, { zeta, sigma }),
    parameters,
  );
  const rate = clamp(tail.plus(maxOf(penaltyRate, executionRate)), rateMin, rateMax);
  return { tail, executionRate, penaltyRate, rate };
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
export function maintenanceBrackets(scalar: Decimal, parameters: RateParameters): readonly BracketFigures[] {
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
