import { maxOf, ONE, type Decimal } from '@ballast/kernel';
import { roundScalar } from '@ballast/risk-schedule';

/**
 * Scalar after the anti-procyclicality buffer: V_eff = max( 1 , V_t / (1 + b) ). The schedule is calibrated at
 * s_base = (1 + b) * s_ref, so the first b of a rise in volatility uses up the buffer and changes nothing for users.
 * @returns >= 1, 12 digits, to the nearest
 * @see docs/spec/margin.md (W54, W58)
 */
export function effectiveScalar(scalar: Decimal, buffer: Decimal): Decimal {
  return roundScalar(maxOf(ONE, scalar.div(ONE.plus(buffer))));
}
