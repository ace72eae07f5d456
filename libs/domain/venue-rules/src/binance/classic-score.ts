import { type Decimal, maxOf, ONE, ZERO } from '@ballast/kernel';
import type { PositionStanding } from '../methodology/tiered/tiered.model.js';

/**
 * Classic auto-deleveraging score: `max(0, PnL) / max(1, wallet balance) x maintenance margin / margin balance`.
 * The highest score is deleveraged first.
 * @returns undefined without equity: such an account is liquidated, not deleveraged
 * @see docs/spec/liquidation-methods.md CLR-LQM-040
 */
export function classicDeleveragingScore(standing: PositionStanding): Decimal | undefined {
  const { unrealisedPnl, walletBalance, maintenanceMargin, marginBalance } = standing;
  if (!marginBalance.gt(0)) return undefined;
  const profitShare = maxOf(ZERO, unrealisedPnl).div(maxOf(ONE, walletBalance));
  return profitShare.times(maintenanceMargin.div(marginBalance));
}
