import type { MarginEvents } from '@ballast/facts';
import { invariant, text, type AccountId } from '@ballast/kernel';
import { claimOn, repaymentOf } from '../claim/claim.decider.js';
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
import { refusalOfAct } from './hold.decider.js';

/** The withdrawal an answer of margin is about; undefined when the answer is to an earlier attempt or came twice. */
function asked(
  state: AccountsState,
  { accountId, withdrawalId, attempt }: MarginEvents['WithdrawalCleared' | 'WithdrawalRefused'],
): Withdrawal | undefined {
  const withdrawal = state.withdrawals.get(perAccount(accountId, withdrawalId));
  return withdrawal?.attempt === attempt ? withdrawal : undefined;
}

/** Why money that margin cleared did not leave. */
const CLAIM_FIRST = 'claim-repaid-first';

const recipientOf = ({ to }: Withdrawal): { to?: AccountId } => (to === undefined ? {} : { to });

function released(state: AccountsState, withdrawal: Withdrawal, code: string): AccountsFact {
  const { accountId, withdrawalId, asset, amount } = withdrawal;
  return fact('WithdrawalReleased', {
    accountId,
    withdrawalId,
    asset,
    amount: text(amount),
    ...recipientOf(withdrawal),
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
 * What goes to another account arrives there at once. While the account owes what the waterfall has paid for it, nothing leaves it: what could
 * have left pays that, and whoever asked asks again for the rest (CLR-ACC-073).
 */
export function* decideClearedWithdrawal(
  state: AccountsState,
  answer: MarginEvents['WithdrawalCleared'],
): Generator<AccountsFact> {
  const withdrawal = asked(state, answer);
  if (withdrawal === undefined) return;
  const outcome = outcomeOf(state, withdrawal, answer);
  yield outcome;
  if (outcome.type === 'WithdrawalReleased' && outcome.payload.code === CLAIM_FIRST) {
    const repaid = repaymentOf(state, withdrawal.withdrawalId, withdrawal);
    if (repaid !== undefined) yield repaid;
  }
  if (outcome.type === 'WithdrawalSettled' && withdrawal.to !== undefined)
    yield arrived(state, withdrawal, withdrawal.to);
}

function outcomeOf(
  state: AccountsState,
  withdrawal: Withdrawal,
  answer: MarginEvents['WithdrawalCleared'],
): AccountsFact {
  const { accountId, withdrawalId, asset, amount, attempt, to } = withdrawal;
  const account = state.accounts.get(accountId);
  invariant(account, `withdrawal ${withdrawalId} of an account that is not open`);
  const refusal = refusalOfAct(state, accountId, to);
  if (refusal !== null) return released(state, withdrawal, refusal);
  if (freeCollateral(state, accountId, asset).isNegative())
    return released(state, withdrawal, 'insufficient-collateral');
  if (state.liquidating.has(accountId) || account.figuresVersion > answer.accountVersion) {
    return fact('WithdrawalResubmitted', {
      accountId,
      withdrawalId,
      attempt: attempt + 1,
      asset,
      amount: text(amount),
      ...recipientOf(withdrawal),
    });
  }
  if (claimOn(state, accountId).gt(0)) return released(state, withdrawal, CLAIM_FIRST);
  return fact('WithdrawalSettled', {
    accountId,
    withdrawalId,
    asset,
    amount: text(amount),
    ...recipientOf(withdrawal),
    collateral: collateralAfter(state, accountId, { [asset]: amount.neg() }),
    postings: postingsOf(
      [heldLedger(accountId), asset, amount.neg()],
      [to === undefined ? 'custody' : 'in-transit', asset, amount],
    ),
  });
}

/** The other side of a transfer. */
function arrived(
  state: AccountsState,
  { accountId: from, withdrawalId, asset, amount }: Withdrawal,
  accountId: AccountId,
): AccountsFact {
  return fact('TransferReceived', {
    accountId,
    from,
    withdrawalId,
    asset,
    amount: text(amount),
    collateral: collateralAfter(state, accountId, { [asset]: amount }),
    postings: postingsOf(['in-transit', asset, amount.neg()], [clientLedger(accountId), asset, amount]),
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
