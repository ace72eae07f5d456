import { maxOf, ONE, ZERO, type Decimal } from '@ballast/kernel';
import { roundScalar } from '@ballast/risk-schedule';

/**
 * Scalar of the side that a price trigger hits:
 *   X_side,t = max( on_side ? V_eff,t : 0 , X_side,t-1 * e^(-rho_dn * dt) )
 * Below 1 it is put to 0: no schedule charges less than V_eff = 1, so it has nothing to say any more.
 * @param decay e^(-rho_dn * dt)
 * @returns 0 or >= 1, 12 digits, to the nearest
 * @see docs/spec/margin.md (W78d, W78e)
 */
export function triggerScalar(triggered: boolean, effective: Decimal, previous: Decimal, decay: Decimal): Decimal {
  const scalar = roundScalar(maxOf(triggered ? effective : ZERO, previous.times(decay)));
  return scalar.lt(ONE) ? ZERO : scalar;
}
