import { minOf, roundUsd, SETTLEMENT_ASSET, sum, type AccountId, type Decimal } from '@ballast/kernel';
import type { AccountsState, CollateralChanges } from '../accounts.state.js';
import { roundMoney } from '../ledger/assets.js';
import { balancesOf, clientLedger, type JournalLine } from '../ledger/ledger.js';

/** Debts in coin that somebody pays off in dollars. */
export interface CoinDebtsPaid {
  /** Dollars that went into them, whole cents. */
  readonly dollars: Decimal;
  /** Coin credited to the client. */
  readonly credited: CollateralChanges;
  /** `house/conversion` takes the dollars and gives the coin; the dollars' other side is the caller's. */
  readonly lines: readonly JournalLine[];
}

/**
 * Pays a client's debts in coin with dollars, at the index, in the order of names: all of a coin's debt when the dollars suffice (its worth rounded up to
 * the cent), else what they buy (coin rounded down). Such debts come from coin-settled contracts only; left as they are,
 * they would lose again with every rise of the coin.
 */
export function coinDebtsPaid(state: AccountsState, accountId: AccountId, available: Decimal): CoinDebtsPaid {
  let rest = available;
  const paid = Object.entries(balancesOf(state.ledger, clientLedger(accountId))).flatMap(([asset, balance]) => {
    const owed = balance.neg();
    const index = state.indexes.get(asset);
    if (asset === SETTLEMENT_ASSET || !owed.gt(0) || !rest.gt(0) || index === undefined) return [];
    const worth = roundUsd(owed.times(index), 'requirement');
    const whole = worth.lte(rest);
    const dollars = whole ? worth : rest;
    const amount = whole ? owed : minOf(roundMoney(state, rest.div(index), asset, 'credit'), owed);
    rest = rest.minus(dollars);
    return [{ asset, amount, dollars }];
  });
  return {
    dollars: sum(paid.map(({ dollars }) => dollars)),
    credited: Object.fromEntries(paid.map(({ asset, amount }) => [asset, amount])),
    lines: paid.flatMap(({ asset, amount, dollars }): JournalLine[] => [
      ['house/conversion', 'USD', dollars],
      ['house/conversion', asset, amount.neg()],
      [clientLedger(accountId), asset, amount],
    ]),
  };
}
