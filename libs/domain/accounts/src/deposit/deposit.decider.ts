import { text } from '@ballast/kernel';
import { collateralAfter, fact, perAccount, type AccountsState } from '../accounts.state.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';
import { contentOf, readMovement } from './movement.js';

/**
 * Credits a deposit in whole minor units of an asset that the house keeps and takes. The same deposit again brings nothing.
 * @see docs/spec/accounts.md CLR-ACC-003, CLR-ACC-030
 */
export function decideDeposit(state: AccountsState, message: unknown): TransferDecision {
  const reading = readMovement(state, message, 'deposit');
  if (!reading.readable) return refused(reading.code);
  const { id: depositId, accountId, asset, kept, amount } = reading.value;
  const known = state.deposits.get(perAccount(accountId, depositId));
  if (known !== undefined) {
    return known === contentOf(asset, amount) ? booked({ depositId, accountId }) : refused('deposit-id-reused');
  }
  if (!state.accounts.has(accountId)) return refused('account-unknown');
  if (kept === undefined) return refused('asset-not-kept');
  if (!kept.depositsOpen) return refused('deposits-closed');
  return booked(
    { depositId, accountId },
    fact('CollateralCredited', {
      accountId,
      depositId,
      asset,
      amount: text(amount),
      collateral: collateralAfter(state, accountId, { [asset]: amount }),
      postings: postingsOf(['custody', asset, amount.neg()], [clientLedger(accountId), asset, amount]),
    }),
  );
}
