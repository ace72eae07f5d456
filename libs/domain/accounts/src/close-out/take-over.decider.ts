import type { LiquidationEvents, Place } from '@ballast/facts';
import { SETTLEMENT_ASSET, roundUsd, sum, text } from '@ballast/kernel';
import { collateralAfter, fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { balancesOf, clientLedger, postingsOf, type JournalLine } from '../ledger/ledger.js';

/**
 * The house takes over what a client has in other assets, all of it that no withdrawal holds, at the last index: `house/conversion` gets
 * the coin and pays the dollars, rounded down to the cent. So a debtor's own collateral pays before the fund does, and no later rise of a
 * coin is his while somebody else has paid for him. Nothing to take is an answer too: the case waits for one.
 * @see docs/spec/accounts.md CLR-ACC-042
 */
export function decideTakeOver(
  state: AccountsState,
  { caseId, accountId }: LiquidationEvents['CollateralTakeOverRequested'],
  request: Place,
): AccountsFact {
  const client = clientLedger(accountId);
  const taken = Object.entries(balancesOf(state.ledger, client)).flatMap(([asset, amount]) => {
    const price = state.indexes.get(asset);
    if (asset === SETTLEMENT_ASSET || !amount.gt(0) || price === undefined) return [];
    return [{ asset, amount, price, dollars: roundUsd(amount.times(price), 'credit') }];
  });
  const dollars = sum(taken.map((each) => each.dollars));
  const changes = Object.fromEntries(taken.map(({ asset, amount }) => [asset, amount.neg()]));
  const lines = taken.flatMap(({ asset, amount, dollars: paid }): JournalLine[] => [
    [client, asset, amount.neg()],
    ['house/conversion', asset, amount],
    ['house/conversion', SETTLEMENT_ASSET, paid.neg()],
  ]);
  return fact('CollateralTakenOver', {
    accountId,
    caseId,
    request,
    taken: taken.map(({ asset, amount, price, dollars: paid }) => ({
      asset,
      amount: text(amount),
      price: text(price),
      dollars: text(paid),
    })),
    collateral: collateralAfter(state, accountId, { ...changes, [SETTLEMENT_ASSET]: dollars }),
    postings: postingsOf([client, SETTLEMENT_ASSET, dollars], ...lines),
  });
}
