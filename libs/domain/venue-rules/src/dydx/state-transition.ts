import { exact } from '../methodology/rounding-grid.js';
import type { AccountRisk } from './fraction-requirement.js';

/** Why an account that ends below its initial requirement may not change so, or that it may. */
export type TransitionVerdict = 'accepted' | 'newly-undercollateralised' | 'still-undercollateralised';

/**
 * May an account that ends below its initial requirement change from one state to the other? Only if maintenance does not
 * rise and NC / MM does not fall; where either maintenance is zero, only if both are and collateral rises.
 * Newly: the old state met its initial requirement.
 */
export function undercollateralisedTransition(
  before: AccountRisk,
  after: Pick<AccountRisk, 'netCollateral' | 'maintenance'>,
): TransitionVerdict {
  const refusal = before.netCollateral.gte(before.initial) ? 'newly-undercollateralised' : 'still-undercollateralised';
  if (after.maintenance.gt(before.maintenance)) return refusal;
  if (after.maintenance.isZero() || before.maintenance.isZero()) {
    const bothZero = after.maintenance.isZero() && before.maintenance.isZero();
    return bothZero && after.netCollateral.gt(before.netCollateral) ? 'accepted' : refusal;
  }
  const notWorse = exact(after.netCollateral)
    .times(before.maintenance)
    .gte(exact(before.netCollateral).times(after.maintenance));
  return notWorse ? 'accepted' : refusal;
}
