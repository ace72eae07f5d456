import { minOf, roundMoney, roundUsd, sum, ZERO, type AccountId, type Asset, type Decimal } from '@ballast/kernel';
import { freeCollateral, type AccountsState } from './accounts.state.js';
import { clientLedger, type JournalLine } from './ledger.js';

/** Debts in coin that somebody pays off in dollars. */
export interface CoinDebtsPaid {
  /** Dollars that went into them, whole cents. */
  readonly dollars: Decimal;
  /** Coin credited to the client. */
  readonly credited: { readonly [A in Asset]?: Decimal };
  /** `house/conversion` takes the dollars and gives the coin; the dollars' other side is the caller's. */
  readonly lines: readonly JournalLine[];
}

const COINS = ['BTC', 'ETH'] as const;

/**
 * Pays a client's debts in coin with dollars, at the index: all of a coin's debt when the dollars suffice (its worth rounded up to
 * the cent), else what they buy (coin rounded down). Such debts come from coin-settled contracts only; left as they are,
 * they would lose again with every rise of the coin.
 */
export function coinDebtsPaid(state: AccountsState, accountId: AccountId, available: Decimal): CoinDebtsPaid {
  let rest = available;
  const paid = COINS.flatMap((asset) => {
    const owed = freeCollateral(state, accountId, asset).neg();
    const index = state.indexes.get(asset);
    if (!owed.gt(0) || !rest.gt(0) || index === undefined) return [];
    const worth = roundUsd(owed.times(index), 'requirement');
    const whole = worth.lte(rest);
    const dollars = whole ? worth : rest;
    const amount = whole ? owed : minOf(roundMoney(rest.div(index), asset, 'credit'), owed);
    rest = rest.minus(dollars);
    return [{ asset, amount, dollars }];
  });
  return {
    dollars: paid.length === 0 ? ZERO : sum(paid.map(({ dollars }) => dollars)),
    credited: Object.fromEntries(paid.map(({ asset, amount }) => [asset, amount])),
    lines: paid.flatMap(({ asset, amount, dollars }): JournalLine[] => [
      ['house/conversion', 'USD', dollars],
      ['house/conversion', asset, amount.neg()],
      [clientLedger(accountId), asset, amount],
    ]),
  };
}
