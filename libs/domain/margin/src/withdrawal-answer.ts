import type { MarginEvents } from '@ballast/facts';
import { assess, writeFigures, type ExactFigures } from './assessment/assess.js';
import type { ScheduleFigures } from './assessment/schedule-figures.js';
import { scheduleInForce, type MarginState } from './margin.state.js';
import { assessPortfolio } from './portfolio/assess-portfolio.js';
import { portfolioAccountOf, portfolioMarketOf } from './portfolio/portfolio-accounts.js';
import type { AccountRecord } from './run/account-book.js';
import { ZERO, type Asset, type Decimal } from '@ballast/kernel';

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
  const hold = account.holds.get(withdrawalId);
  const cleared = new Map(state.book.figuresOf(account).clearedHolds);
  if (hold !== undefined && !hold.cleared) cleared.set(hold.asset, (cleared.get(hold.asset) ?? ZERO).plus(hold.amount));
  const after = figuresAfter(state, account, cleared, schedule);
  const refused = (code: MarginEvents['WithdrawalRefused']['code']): WithdrawalAnswer => ({
    type: 'WithdrawalRefused',
    payload: { ...answer, figures: writeFigures(after), code },
  });
  if (state.book.isLiquidating(account)) return refused('account-liquidating');
  if (schedule.halted) return refused('prices-halted');
  if (after.equity.lt(after.initial)) return refused('below-initial-requirement');
  return { type: 'WithdrawalCleared', payload: { ...answer, figures: writeFigures(after) } };
}

function figuresAfter(
  state: MarginState,
  account: AccountRecord,
  clearedHolds: ReadonlyMap<Asset, Decimal>,
  schedule: ScheduleFigures,
): ExactFigures {
  if (!state.book.isPortfolio(account))
    return assess({ ...state.book.figuresOf(account), clearedHolds }, schedule).figures;
  const after = { ...portfolioAccountOf(state, account), clearedHolds };
  return assessPortfolio(after, portfolioMarketOf(state, schedule)).figures;
}
