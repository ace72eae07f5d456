import { refusedByMode, type MarginEvents } from '@ballast/facts';
import { invariant, text } from '@ballast/kernel';
import {
  collateralAfter,
  fact,
  freeCollateral,
  perAccount,
  type AccountsFact,
  type AccountsState,
  type Withdrawal,
} from '../accounts.state.js';
import { clientLedger, heldLedger, postingsOf } from '../ledger/ledger.js';

/** The withdrawal an answer of margin is about; undefined when the answer is to an earlier attempt or came twice. */
function asked(
  state: AccountsState,
  { accountId, withdrawalId, attempt }: MarginEvents['WithdrawalCleared' | 'WithdrawalRefused'],
): Withdrawal | undefined {
  const withdrawal = state.withdrawals.get(perAccount(accountId, withdrawalId));
  return withdrawal?.status === 'held' && withdrawal.attempt === attempt ? withdrawal : undefined;
}

function released(
  state: AccountsState,
  { accountId, withdrawalId, asset, amount }: Withdrawal,
  code: string,
): AccountsFact {
  return fact('WithdrawalReleased', {
    accountId,
    withdrawalId,
    asset,
    amount: text(amount),
    code,
    collateral: collateralAfter(state, accountId),
    postings: postingsOf([heldLedger(accountId), asset, amount.neg()], [clientLedger(accountId), asset, amount]),
  });
}

/**
 * Settles a cleared withdrawal, unless the account is LIQUIDATING by now or its collateral or positions changed after
 * the version margin judged: then margin is asked again. Holds, repeated questions and settlements of the account's own
 * withdrawals don't count as a change: they leave collateral minus cleared holds as margin knows it, and two
 * withdrawals at the same time would otherwise ask again for each other without end.
 * Money that losses used up meanwhile is given back to the free collateral instead of being paid out.
 */
export function decideClearedWithdrawal(
  state: AccountsState,
  answer: MarginEvents['WithdrawalCleared'],
): AccountsFact | null {
  const withdrawal = asked(state, answer);
  if (withdrawal === undefined) return null;
  const { accountId, withdrawalId, asset, amount, attempt } = withdrawal;
  const account = state.accounts.get(accountId);
  invariant(account, `withdrawal ${withdrawalId} of an account that is not open`);
  const forbidden = refusedByMode(state.houseMode, 'withdraw');
  if (forbidden !== null) return released(state, withdrawal, forbidden);
  if (freeCollateral(state, accountId, asset).isNegative())
    return released(state, withdrawal, 'insufficient-collateral');
  if (state.liquidating.has(accountId) || account.figuresVersion > answer.accountVersion) {
    return fact('WithdrawalResubmitted', {
      accountId,
      withdrawalId,
      attempt: attempt + 1,
      asset,
      amount: text(amount),
    });
  }
  return fact('WithdrawalSettled', {
    accountId,
    withdrawalId,
    asset,
    amount: text(amount),
    collateral: collateralAfter(state, accountId, { [asset]: amount.neg() }),
    postings: postingsOf([heldLedger(accountId), asset, amount.neg()], ['custody', asset, amount]),
  });
}

/** Gives the held money of a refused withdrawal back. */
export function decideRefusedWithdrawal(
  state: AccountsState,
  answer: MarginEvents['WithdrawalRefused'],
): AccountsFact | null {
  const withdrawal = asked(state, answer);
  return withdrawal === undefined ? null : released(state, withdrawal, answer.code);
}
