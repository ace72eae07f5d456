import type { AccountId, Underlying } from '@ballast/facts';
import { floatOf } from '@ballast/risk-schedule';
import { POSITION_WIDTH } from '../assess/account-book.js';
import { MARGIN_STATES } from '../call/margin-state.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { ContractScreen } from './contract-screen.js';
import { blankFigures, screenRow } from './row-screen.js';

/** An account as float64 sees it: for lists, distributions and maps, never for a decision. */
export interface SurveyedAccount {
  readonly accountId: AccountId;
  readonly state: (typeof MARGIN_STATES)[number];
  readonly model: string | null;
  readonly isCalled: boolean;
  /** USD. */
  readonly equity: number;
  readonly initial: number;
  readonly call: number;
  readonly liquidation: number;
  /** Signed USD value of the linear position, and of the coin held as collateral, by underlying of `underlyings`. */
  readonly values: readonly number[];
  readonly coins: readonly number[];
}

export interface AccountSurvey {
  /** Position of the ScheduleInForce; null before the first price set. */
  readonly schedule: number | null;
  readonly underlyings: readonly { readonly underlying: Underlying; readonly mark: number }[];
  readonly accounts: readonly SurveyedAccount[];
}

/** Looks at every account of a partition on the schedule in force: float64 where it can tell, decimals where only they can. */
export function surveyAccounts(state: MarginState): AccountSurvey {
  const assessor = assessorOf(state);
  if (assessor === null) return { schedule: null, underlyings: [], accounts: [] };
  const { book } = state;
  const { layout, rows } = book;
  const { schedule } = assessor.market;
  const marks = new Map(state.schedule?.source.underlyings.map(({ underlying, mark }) => [underlying, Number(mark)]));
  const rowSchedule = assessor.rowsFor(layout);
  const contracts = new ContractScreen(book, assessor.market, rowSchedule);
  const figures = blankFigures();
  const accounts: SurveyedAccount[] = [];
  for (const slot of book.allSlots()) {
    const account = book.accounts[slot];
    if (account === undefined) continue;
    const own = { accountId: account.accountId, model: account.model, isCalled: account.openCall !== null };
    const row = slot * layout.width;
    const values = layout.underlyings.map(
      (underlying, each) =>
        (rows[row + layout.positionsAt + each * POSITION_WIDTH] as number) * (marks.get(underlying) ?? 0),
    );
    const coins = layout.underlyings.map((underlying) => {
      const place = layout.assets.indexOf(underlying);
      return place < 0 ? 0 : (rows[row + place] as number) * (marks.get(underlying) ?? 0);
    });
    const state = MARGIN_STATES[book.states[slot] as number] ?? 'HEALTHY';
    const isScreened =
      book.inRows[slot] === 1 ? screenRow(book, rowSchedule, slot, figures) : contracts.screen(slot, figures);
    if (isScreened) {
      const { equity, initial, call, liquidation } = figures;
      accounts.push({ ...own, state, equity, initial, call, liquidation, values, coins });
      continue;
    }
    const { equity, initial, call, liquidation } = assessor.assess(account).figures;
    accounts.push({
      ...own,
      state,
      equity: floatOf(equity),
      initial: floatOf(initial),
      call: floatOf(call),
      liquidation: floatOf(liquidation),
      values,
      coins,
    });
  }
  return {
    schedule: schedule.position,
    underlyings: layout.underlyings.map((underlying) => ({ underlying, mark: marks.get(underlying) ?? 0 })),
    accounts,
  };
}
