import type { Decimal } from '@ballast/kernel';

/**
 * Stake that liquidity providers of a market owe together, rounded down: `mark * max open interest * scaling * rf short`.
 * @param maxOpenInterest greatest open interest of the time window, units of the market
 * @see vegaprotocol/specs 0041-TSTK target stake
 */
export function targetStake(
  markPrice: Decimal,
  maxOpenInterest: Decimal,
  scalingFactor: Decimal,
  riskFactorShort: Decimal,
): Decimal {
  return markPrice.times(maxOpenInterest).times(scalingFactor).times(riskFactorShort).floor();
}
