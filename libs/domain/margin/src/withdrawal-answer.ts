import type { MarginEvents } from '@ballast/facts';
import { assess, writeFigures } from './assessment/assess.js';
import { scheduleInForce, type MarginState } from './margin.state.js';
import { ZERO } from '@ballast/kernel';

export interface WithdrawalQuestion {
  readonly withdrawalId: string;
  readonly attempt: number;
  readonly accountId: string;
}

export type WithdrawalAnswer =
  | { readonly type: 'WithdrawalCleared'; readonly payload: MarginEvents['WithdrawalCleared'] }
  | { readonly type: 'WithdrawalRefused'; readonly payload: MarginEvents['WithdrawalRefused'] };

const NO_FIGURES = { equity: '0', initial: '0', call: '0', liquidation: '0' };

/**
 * May this held money leave? Cleared if equity, without all cleared holds and this one, covers the initial requirement.
 * Refused while LIQUIDATING, and while prices are halted or there were none yet: then nobody knows what is covered.
 * The figures are those after the withdrawal.
 */
export function answerWithdrawal(
  state: MarginState,
  { withdrawalId, attempt, accountId }: WithdrawalQuestion,
): WithdrawalAnswer {
  const account = state.book.at(accountId);
  const schedule = scheduleInForce(state);
  const answer = {
    withdrawalId,
    attempt,
    accountId,
    accountVersion: account.version,
    schedule: schedule?.position ?? 0,
  };
  if (schedule === null) {
    const code = state.book.isLiquidating(account) ? 'account-liquidating' : 'prices-halted';
    return { type: 'WithdrawalRefused', payload: { ...answer, figures: NO_FIGURES, code } };
  }
  const present = state.book.figuresOf(account);
  const hold = account.holds.get(withdrawalId);
  const cleared = new Map(present.clearedHolds);
  if (hold !== undefined && !hold.cleared) cleared.set(hold.asset, (cleared.get(hold.asset) ?? ZERO).plus(hold.amount));
  const after = assess({ ...present, clearedHolds: cleared }, schedule).figures;
  const refused = (code: MarginEvents['WithdrawalRefused']['code']): WithdrawalAnswer => ({
    type: 'WithdrawalRefused',
    payload: { ...answer, figures: writeFigures(after), code },
  });
  if (state.book.isLiquidating(account)) return refused('account-liquidating');
  if (schedule.halted) return refused('prices-halted');
  if (after.equity.lt(after.initial)) return refused('below-initial-requirement');
  return { type: 'WithdrawalCleared', payload: { ...answer, figures: writeFigures(after) } };
}
