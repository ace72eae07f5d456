import { maxOf, minOf, ONE, type Decimal } from '@ballast/kernel';
import { roundScalar } from '@ballast/risk-schedule';

/**
 * Scalar that has had its notice: min( V_eff,t , (1 + g) * min over [t - tau_n, t] of V_eff ).
 * @param lowest the least V_eff in force within the notice period, the present one included
 * @param allowance g, 0 by default
 * @see docs/spec/margin.md (W60)
 */
export function noticedScalar(effective: Decimal, lowest: Decimal, allowance: Decimal): Decimal {
  return roundScalar(minOf(effective, lowest.times(ONE.plus(allowance))));
}

/**
 * Liquidation scalar of a side: L = max( noticed scalar , min( X_side , V_eff ) ). A parameter move alone may
 * liquidate only after it was in force for the whole notice period; the side that the price has hit has no notice.
 * @returns at most V_eff
 * @see docs/spec/margin.md (W78d, W78e)
 */
export function liquidationScalar(noticed: Decimal, trigger: Decimal, effective: Decimal): Decimal {
  return maxOf(noticed, minOf(trigger, effective));
}
