import type { AccountId, Underlying } from '@ballast/facts';
import { floatOf } from '@ballast/risk-schedule';
import { POSITION_WIDTH } from '../assess/account-book.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { ContractScreen } from './contract-screen.js';
import { blankFigures, screenRow } from './row-screen.js';

/**
 * The accounts of a partition as float64 sees them, a column per figure: for lists, distributions and maps, never for a decision. A
 * hundred thousand accounts are a few arrays, not as many records.
 */
export interface AccountSurvey {
  /** Position of the ScheduleInForce; null before the first price set. */
  readonly schedule: number | null;
  readonly underlyings: readonly { readonly underlying: Underlying; readonly mark: number }[];
  /** In the order of ids; row n of every column belongs to the nth. */
  readonly accountIds: readonly AccountId[];
  /** Of accounts that do not go by the house's own. */
  readonly models: ReadonlyMap<AccountId, string>;
  /** Index into MARGIN_STATES. */
  readonly states: Uint8Array;
  /** 1 with an open call. */
  readonly called: Uint8Array;
  /** USD. */
  readonly equity: Float64Array;
  readonly call: Float64Array;
  readonly liquidation: Float64Array;
  /** Signed USD value of the linear position, and of the coin held as collateral: a row of `underlyings` for each account. */
  readonly values: Float64Array;
  readonly coins: Float64Array;
}

function blankSurvey(size: number, underlyings: AccountSurvey['underlyings'], schedule: number | null) {
  return {
    schedule,
    underlyings,
    accountIds: new Array<AccountId>(size),
    models: new Map<AccountId, string>(),
    states: new Uint8Array(size),
    called: new Uint8Array(size),
    equity: new Float64Array(size),
    call: new Float64Array(size),
    liquidation: new Float64Array(size),
    values: new Float64Array(size * underlyings.length),
    coins: new Float64Array(size * underlyings.length),
  } satisfies AccountSurvey;
}

/** Looks at every account of a partition on the schedule in force: float64 where it can tell, decimals where only they can. */
export function surveyAccounts(state: MarginState): AccountSurvey {
  const assessor = assessorOf(state);
  if (assessor === null) return blankSurvey(0, [], null);
  const { book } = state;
  const { layout, rows } = book;
  const marks = new Map(state.schedule?.source.underlyings.map(({ underlying, mark }) => [underlying, Number(mark)]));
  const underlyings = layout.underlyings.map((underlying) => ({ underlying, mark: marks.get(underlying) ?? 0 }));
  const coinPlaces = underlyings.map(({ underlying }) => layout.assets.indexOf(underlying));
  const rowSchedule = assessor.rowsFor(layout);
  const contracts = new ContractScreen(book, assessor.market, rowSchedule);
  const figures = blankFigures();
  const survey = blankSurvey(book.size, underlyings, assessor.market.schedule.position);
  book.allSlots().forEach((slot, at) => {
    const account = book.accounts[slot];
    if (account === undefined) return;
    survey.accountIds[at] = account.accountId;
    if (account.model !== null) survey.models.set(account.accountId, account.model);
    survey.states[at] = book.states[slot] as number;
    survey.called[at] = account.openCall === null ? 0 : 1;
    const row = slot * layout.width;
    for (let each = 0; each < underlyings.length; each++) {
      const mark = underlyings[each]?.mark ?? 0;
      const coin = coinPlaces[each] as number;
      const place = at * underlyings.length + each;
      survey.values[place] = (rows[row + layout.positionsAt + each * POSITION_WIDTH] as number) * mark;
      survey.coins[place] = coin < 0 ? 0 : (rows[row + coin] as number) * mark;
    }
    const isScreened =
      book.inRows[slot] === 1 ? screenRow(book, rowSchedule, slot, figures) : contracts.screen(slot, figures);
    const exact = isScreened ? null : assessor.assess(account).figures;
    survey.equity[at] = exact === null ? figures.equity : floatOf(exact.equity);
    survey.call[at] = exact === null ? figures.call : floatOf(exact.call);
    survey.liquidation[at] = exact === null ? figures.liquidation : floatOf(exact.liquidation);
  });
  return survey;
}
