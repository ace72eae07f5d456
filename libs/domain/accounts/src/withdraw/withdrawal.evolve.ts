import { dec, invariant } from '@ballast/kernel';
import { isRejectionCode } from '../accounts.rejections.js';
import { perAccount, touch, type AccountsState, type Evolution, type Withdrawal } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

/** The withdrawal that waits for margin; its account's version moves, its figures don't: the money is the client's own. */
function heldWithdrawal(state: AccountsState, accountId: string, withdrawalId: string, version: number): Withdrawal {
  touch(state, accountId, version, false);
  const withdrawal = state.withdrawals.get(perAccount(accountId, withdrawalId));
  invariant(withdrawal !== undefined, `withdrawal ${withdrawalId} is not held`);
  return withdrawal;
}

/** What is done with is remembered beside the state. */
function endHold(state: AccountsState, accountId: string, withdrawalId: string, version: number): void {
  heldWithdrawal(state, accountId, withdrawalId, version);
  state.withdrawals.delete(perAccount(accountId, withdrawalId));
}

export const withdrawalEvolution: Evolution<
  | 'WithdrawalHeld'
  | 'WithdrawalResubmitted'
  | 'WithdrawalSettled'
  | 'WithdrawalReleased'
  | 'WithdrawalRejected'
  | 'TransferReceived'
> = {
  WithdrawalHeld(state, { version, payload: { accountId, withdrawalId, asset, amount, to, attempt, postings } }) {
    touch(state, accountId, version, false);
    post(state.ledger, postings);
    state.withdrawals.set(perAccount(accountId, withdrawalId), {
      accountId,
      withdrawalId,
      asset,
      amount: dec(amount),
      to,
      attempt,
    });
  },
  WithdrawalResubmitted(state, { version, payload: { accountId, withdrawalId, attempt } }) {
    heldWithdrawal(state, accountId, withdrawalId, version).attempt = attempt;
  },
  WithdrawalSettled(state, { version, payload: { accountId, withdrawalId, postings } }) {
    endHold(state, accountId, withdrawalId, version);
    post(state.ledger, postings);
  },
  WithdrawalReleased(state, { version, payload: { accountId, withdrawalId, postings } }) {
    endHold(state, accountId, withdrawalId, version);
    post(state.ledger, postings);
  },
  WithdrawalRejected(state, { version, payload: { accountId, code } }) {
    touch(state, accountId, version, false);
    invariant(isRejectionCode(code), `accounts refuses nothing with ${code}`);
  },
  TransferReceived(state, { version, payload: { accountId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
  },
};
