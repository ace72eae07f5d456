import type { Past } from '@ballast/event-sourcing';
import { refusedByMode } from '@ballast/facts';
import { text, type AccountId } from '@ballast/kernel';
import { outgoingContent, withdrawalEnd, withdrawalKey } from '../accounts.past.js';
import type { AccountsRejectionCode } from '../accounts.rejections.js';
import { collateralAfter, fact, forbidden, freeCollateral, perAccount, type AccountsState } from '../accounts.state.js';
import type { Movement } from '../deposit/movement.js';
import { clientLedger, heldLedger, postingsOf } from '../ledger/ledger.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';

/** Money that is to leave an account. */
export interface Outgoing extends Movement {
  /** Account of the same owner that gets it; undefined when it is paid out. */
  readonly to: AccountId | undefined;
}

/** How the sender of an id is answered. */
export interface OutgoingWords {
  readonly answer: Readonly<Record<string, string>>;
  readonly reused: AccountsRejectionCode;
}

/** Why it is refused at once; null when margin is to judge it. What stays in the house leaves it by no closed door. */
function refusalOf(
  state: AccountsState,
  { accountId, asset, kept, amount, to }: Outgoing,
): AccountsRejectionCode | null {
  if (kept === undefined) return 'asset-not-kept';
  if (to === undefined && !kept.withdrawalsOpen) return 'withdrawals-closed';
  const refusal = refusalOfAct(state, accountId, to);
  if (refusal !== null) return refusal;
  if (state.liquidating.has(accountId)) return 'account-liquidating';
  return amount.gt(freeCollateral(state, accountId, asset)) ? 'insufficient-collateral' : null;
}

/** Why nothing leaves the account, or arrives at the other one, at all: the mode of the house, or what a person said of them. */
export function refusalOfAct(
  state: AccountsState,
  accountId: AccountId,
  to: AccountId | undefined,
): AccountsRejectionCode | null {
  const act = to === undefined ? 'withdraw' : 'transfer';
  const received = to === undefined ? null : forbidden(state, to, 'receive');
  return refusedByMode(state.houseMode, act) ?? forbidden(state, accountId, act) ?? received;
}

/** What became of an id; undefined for a new one. */
function knownOutgoing(state: AccountsState, accountId: AccountId, withdrawalId: string, past: Past) {
  const held = state.withdrawals.get(perAccount(accountId, withdrawalId));
  if (held !== undefined) return { status: 'held', content: outgoingContent(held) } as const;
  const outcome = past(withdrawalKey(accountId, withdrawalId));
  return outcome === undefined ? undefined : withdrawalEnd(outcome);
}

/**
 * Holds money that is to leave an open account, so that it cannot be held twice; margin answers. Refused at once: an asset that does not
 * leave, a mode of the house in which nothing does, an account in liquidation, or more than the free collateral of that asset (unrealised
 * profit is in no ledger account, so it never counts). An id is used up by its first decision.
 * @see docs/spec/accounts.md CLR-ACC-031, CLR-ACC-034
 */
export function decideHold(
  state: AccountsState,
  outgoing: Outgoing,
  { answer, reused }: OutgoingWords,
  past: Past,
): TransferDecision {
  const { id: withdrawalId, accountId, asset, amount, to } = outgoing;
  const known = knownOutgoing(state, accountId, withdrawalId, past);
  if (known?.status === 'rejected') return refused(known.code);
  if (known !== undefined) {
    return known.content === outgoingContent(outgoing) ? booked({ ...answer, status: known.status }) : refused(reused);
  }
  const recipient = to === undefined ? {} : { to };
  const code = refusalOf(state, outgoing);
  if (code !== null) {
    return refused(code, fact('WithdrawalRejected', { accountId, withdrawalId, ...recipient, code }));
  }
  return booked(
    { ...answer, status: 'held' },
    fact('WithdrawalHeld', {
      accountId,
      withdrawalId,
      attempt: 1,
      asset,
      amount: text(amount),
      ...recipient,
      collateral: collateralAfter(state, accountId),
      postings: postingsOf([clientLedger(accountId), asset, amount.neg()], [heldLedger(accountId), asset, amount]),
    }),
  );
}
