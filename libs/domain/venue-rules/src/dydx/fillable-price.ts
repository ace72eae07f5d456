import { type Decimal, PROFILE_DIGITS, ZERO } from '@ballast/kernel';
import { exact, narrow } from '../methodology/rounding-grid.js';
import { assertMaintenance, positionToClose } from './bankruptcy-price.js';
import { accountRisk, type FractionAccount, positionRisk } from './fraction-requirement.js';

export interface FillablePriceRule {
  /** How fast the spread opens as net collateral falls from maintenance to zero, >= 1. */
  readonly bankruptcyAdjustment: Decimal;
  /** Widest spread, as a share of the position's maintenance requirement. */
  readonly spreadToMaintenance: Decimal;
}

/**
 * Worst price at which a liquidation may trade:
 *   (notional - r x spreadToMaintenance x position MM) / size,   r = clamp((1 - NC / total MM) x bankruptcyAdjustment, 0, 1).
 * Below the oracle for a long, above it for a short. One division at the end, so nothing is rounded before.
 * @returns quote per base unit
 * @throws ModelInputError `invalid-close-delta`, `no-maintenance-margin`
 */
export function fillablePrice(
  account: FractionAccount,
  market: string,
  closeDelta: Decimal,
  { bankruptcyAdjustment, spreadToMaintenance }: FillablePriceRule,
): Decimal {
  const position = positionToClose(account, market, closeDelta);
  const { netCollateral, maintenance } = accountRisk(account);
  assertMaintenance(maintenance);
  const risk = positionRisk(position);
  // r = opened / maintenance, kept as a fraction.
  const distance = exact(maintenance).minus(netCollateral).times(bankruptcyAdjustment);
  const opened = distance.lt(0) ? ZERO : distance.gt(maintenance) ? maintenance : distance;
  const spread = exact(opened).times(spreadToMaintenance).times(risk.maintenance);
  const price = exact(risk.netCollateral).times(maintenance).minus(spread).div(exact(position.size).times(maintenance));
  return narrow(price.toSignificantDigits(PROFILE_DIGITS));
}
