import type { MarginEvents } from '@ballast/facts';
import { ZERO } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import { writeFigures, type AssessedAccount } from '../assess/assessment.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { requirementOfOrders } from '../orders/account-orders.js';
import { ordersOfAccount, type AccountOrdersView } from '../orders/orders.queries.js';

export interface WithdrawalQuestion {
  readonly withdrawalId: string;
  readonly attempt: number;
  readonly accountId: string;
}

export type WithdrawalAnswer =
  | { readonly type: 'WithdrawalCleared'; readonly payload: MarginEvents['WithdrawalCleared'] }
  | { readonly type: 'WithdrawalRefused'; readonly payload: MarginEvents['WithdrawalRefused'] };

const NO_FIGURES = { equity: '0', initial: '0', call: '0', maintenance: '0', liquidation: '0' };

/**
 * May this held money leave? Cleared if equity, without all cleared holds and this one, covers the initial requirement, whichever of
 * the account's orders and reservations fill.
 * Refused while LIQUIDATING, and while prices are halted or there were none yet: then nobody knows what is covered.
 * The figures are those after the withdrawal.
 * @see docs/spec/margin.md CLR-MRG-035
 */
export function answerWithdrawal(
  state: MarginState,
  { withdrawalId, attempt, accountId }: WithdrawalQuestion,
): WithdrawalAnswer {
  const account = state.book.at(accountId);
  const assessor = assessorOf(state);
  const liquidating = state.book.isLiquidating(account);
  const answer = {
    withdrawalId,
    attempt,
    accountId,
    accountVersion: account.version,
    schedule: assessor?.market.schedule.position ?? 0,
  };
  if (assessor === null) {
    const code = liquidating ? 'account-liquidating' : 'prices-halted';
    return { type: 'WithdrawalRefused', payload: { ...answer, figures: NO_FIGURES, code } };
  }
  const without = assessor.valued(withoutMoney(state, account, withdrawalId));
  const after = without.figures;
  const refused = (code: MarginEvents['WithdrawalRefused']['code']): WithdrawalAnswer => ({
    type: 'WithdrawalRefused',
    payload: { ...answer, figures: writeFigures(after), code },
  });
  if (liquidating) return refused('account-liquidating');
  if (assessor.market.schedule.halted) return refused('prices-halted');
  if (after.equity.lt(after.initial)) return refused('below-initial-requirement');
  const required = requirementOfOrders(state, assessor, account, { imagined: without });
  if (required === null) return refused('prices-halted');
  if (required.headroom.isNegative()) return refused('below-initial-requirement');
  return { type: 'WithdrawalCleared', payload: { ...answer, figures: writeFigures(after) } };
}

/** An account as it is once the money of a withdrawal has left it. */
function withoutMoney({ book }: MarginState, account: AccountRecord, withdrawalId: string): AssessedAccount {
  const now = book.assessed(account);
  const hold = account.holds.get(withdrawalId);
  const clearedHolds = new Map(now.clearedHolds);
  if (hold !== undefined && !hold.cleared) {
    clearedHolds.set(hold.asset, (clearedHolds.get(hold.asset) ?? ZERO).plus(hold.amount));
  }
  return { ...now, clearedHolds };
}

/** Orders that a withdrawal was judged with, and what they require without its money; undefined when margin does not know the account. */
export function ordersBesideWithdrawal(
  state: MarginState,
  { accountId, withdrawalId }: Pick<WithdrawalQuestion, 'accountId' | 'withdrawalId'>,
): AccountOrdersView | undefined {
  const account = state.book.find(accountId);
  return account && ordersOfAccount(state, accountId, withoutMoney(state, account, withdrawalId));
}
