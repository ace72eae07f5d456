import { type Decimal, maxOf, ModelInputError, ONE, ZERO } from '@ballast/kernel';

/** What the classic ranking reads of an account on the profitable side: all in the settlement asset. */
export interface DeleveragingStanding {
  readonly unrealisedPnl: Decimal;
  readonly walletBalance: Decimal;
  readonly maintenanceMargin: Decimal;
  readonly marginBalance: Decimal;
}

/**
 * Classic auto-deleveraging score: `max(0, PnL) / max(1, wallet balance) x maintenance margin / margin balance`.
 * The highest score is deleveraged first.
 * @throws ModelInputError `margin-balance-not-positive`: an account without equity is liquidated, not deleveraged
 * @see docs/spec/margin-models.md, Binance USD-M
 */
export function classicDeleveragingScore(standing: DeleveragingStanding): Decimal {
  const { unrealisedPnl, walletBalance, maintenanceMargin, marginBalance } = standing;
  if (!marginBalance.gt(0)) {
    const message = `marginBalance: ${marginBalance.toString()} is not above zero; liquidate the account instead of ranking it`;
    throw new ModelInputError('margin-balance-not-positive', 'marginBalance', message);
  }
  const profitShare = maxOf(ZERO, unrealisedPnl).div(maxOf(ONE, walletBalance));
  return profitShare.times(maintenanceMargin.div(marginBalance));
}
