import { type Decimal, minOf } from '@ballast/kernel';
import { floorTo, QUOTE_DECIMALS } from '../methodology/rounding-grid.js';
import { bankruptcyQuoteDelta } from './bankruptcy-price.js';
import { type FractionAccount, netNotional } from './fraction-requirement.js';

/**
 * What a liquidation fill moves between the account and the insurance fund, quote units: proceeds minus the bankruptcy
 * value. Positive: the account pays, at most `floor(maxLiquidationFee x |proceeds|)`; negative: the fund pays the gap.
 * @param maxLiquidationFee share of the proceeds, in [0, 1]
 * @throws ModelInputError `invalid-close-delta`, `no-maintenance-margin`
 */
export function insuranceFundDelta(
  account: FractionAccount,
  market: string,
  closeDelta: Decimal,
  fillPrice: Decimal,
  maxLiquidationFee: Decimal,
): Decimal {
  const proceeds = netNotional(closeDelta, fillPrice).neg();
  const leftOver = proceeds.minus(bankruptcyQuoteDelta(account, market, closeDelta));
  if (leftOver.lte(0)) return leftOver;
  return minOf(leftOver, floorTo(proceeds.abs().times(maxLiquidationFee), QUOTE_DECIMALS));
}
