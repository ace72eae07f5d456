import { refusedByMode } from '@ballast/facts';
import { text } from '@ballast/kernel';
import type { AccountsRejectionCode } from '../accounts.rejections.js';
import { collateralAfter, fact, freeCollateral, perAccount, type AccountsState } from '../accounts.state.js';
import { readMovement, type Movement } from '../deposit/movement.js';
import { clientLedger, heldLedger, postingsOf } from '../ledger/ledger.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';

/** Why a withdrawal is refused at once; null when margin is to judge it. */
function refusalOf(state: AccountsState, { accountId, asset, kept, amount }: Movement): AccountsRejectionCode | null {
  if (kept === undefined) return 'asset-not-kept';
  if (!kept.withdrawalsOpen) return 'withdrawals-closed';
  const forbidden = refusedByMode(state.houseMode, 'withdraw');
  if (forbidden !== null) return forbidden;
  if (state.liquidating.has(accountId)) return 'account-liquidating';
  return amount.gt(freeCollateral(state, accountId, asset)) ? 'insufficient-collateral' : null;
}

/**
 * Holds the money of a withdrawal, so that it cannot be held twice; margin answers. Refused at once: an asset that does not
 * leave, a mode of the house in which nothing does, an account in liquidation, or more than the free collateral of that asset (unrealised profit is in no ledger
 * account, so it never counts). An id is used up by its first decision: the same withdrawal again gets the same answer and
 * holds nothing.
 * @see docs/spec/accounts.md CLR-ACC-031
 */
export function decideWithdrawal(state: AccountsState, message: unknown): TransferDecision {
  const reading = readMovement(state, message, 'withdrawal');
  if (!reading.readable) return refused(reading.code);
  const { id: withdrawalId, accountId, asset, amount } = reading.value;
  if (!state.accounts.has(accountId)) return refused('account-unknown');
  const key = perAccount(accountId, withdrawalId);
  const rejection = state.rejectedWithdrawals.get(key);
  if (rejection !== undefined) return refused(rejection);
  const known = state.withdrawals.get(key);
  if (known !== undefined) {
    return known.asset === asset && known.amount.eq(amount)
      ? booked({ withdrawalId, accountId, status: known.status })
      : refused('withdrawal-id-reused');
  }
  const code = refusalOf(state, reading.value);
  if (code !== null) return refused(code, fact('WithdrawalRejected', { accountId, withdrawalId, code }));
  return booked(
    { withdrawalId, accountId, status: 'held' },
    fact('WithdrawalHeld', {
      accountId,
      withdrawalId,
      attempt: 1,
      asset,
      amount: text(amount),
      collateral: collateralAfter(state, accountId),
      postings: postingsOf([clientLedger(accountId), asset, amount.neg()], [heldLedger(accountId), asset, amount]),
    }),
  );
}
