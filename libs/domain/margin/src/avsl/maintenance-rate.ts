import { clamp, executionRateOf, maxOf, penaltyRateOf, timeRateOf, type Decimal } from '@ballast/kernel';
import { knotAt, type Knot, type UnderlyingFigures } from '../parameters/parameter-figures.js';

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
export function maintenanceRate(q: Decimal, scalar: Decimal, parameters: UnderlyingFigures): MaintenanceRateParts {
  return maintenanceRateAt(knotAt(q, parameters), scalar, parameters);
}

/** The same from a knot, whose square roots are known. */
export function maintenanceRateAt(knot: Knot, scalar: Decimal, parameters: UnderlyingFigures): MaintenanceRateParts {
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
