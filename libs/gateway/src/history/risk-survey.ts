import { isDeepStrictEqual } from 'node:util';
import type { AsOf, RiskAccountsPage, RiskAccountsQuery, RiskBoard } from '@ballast/contracts';
import { dec, text } from '@ballast/kernel';
import { MARGIN_STATES } from '@ballast/margin-domain';
import { distributionOf, liquidationBands, shockedShares, type ClearingPicture } from '@ballast/read-models';
import { questions, type Question } from '@ballast/services';
import { coverOf, isBehind, placeOf, rowsInOrder, type PlaceInOrder } from './account-order.js';
import { houseColumns, statesOf, type HouseColumns } from './house-columns.js';

/** One price at a time, from -30 % to +30 %. */
const MOVES = [-0.3, -0.25, -0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3];

/** A survey that is asked for again within this time is not made again, nor within so many times what it took: a twentieth of a core for all viewers together. */
const FRESH_MS = 1_000;
const FRESH_TIMES = 20;

/** A house that can be looked at: as it is, or as it was. */
export interface SurveyedHouse {
  /** Which events of margin it contains. */
  readonly asOf: () => AsOf;
  /** Partitions. */
  readonly numbers: readonly number[];
  readonly picture: () => ClearingPicture;
  readonly openCases: number;
  /** Asks a partition of margin. */
  ask<Parameters extends readonly unknown[], Answer>(
    partition: number,
    question: Question<Parameters, Answer>,
    ...parameters: Parameters
  ): Promise<Answer>;
}

interface Survey {
  readonly freshUntil: number;
  readonly schedule: number | null;
  readonly asOf: AsOf;
  readonly house: HouseColumns;
  readonly states: RiskBoard['states'];
  /** Rows by what they are sorted by, made when somebody asks for them. */
  readonly sorted: Map<string, Uint32Array>;
}

/** Which accounts are wanted, and in which order. */
type WantedAccounts = Pick<RiskAccountsQuery, 'order' | 'direction' | 'state' | 'search'> & {
  readonly owner?: string | undefined;
  /** Only those whose equity is less than so many times the call requirement. */
  readonly coverBelow?: number | undefined;
};

export type AccountsBehind = WantedAccounts & {
  readonly behind: PlaceInOrder | null;
  /** Rows that are passed over. */
  readonly skip: number;
  readonly limit: number;
};

/** A page with the place of its last row; null: there is nothing behind it. */
export interface AccountsPage extends Omit<RiskAccountsPage, 'next'> {
  readonly last: PlaceInOrder | null;
}

/** All accounts in float64, looked at once for whoever asks within a second: for lists and pictures, never for a decision. */
export class RiskSurvey {
  #last: Survey | undefined;
  #making: Promise<Survey> | undefined;
  #board: { readonly of: Survey; readonly board: RiskBoard } | undefined;

  constructor(private readonly house: SurveyedHouse) {}

  async board(): Promise<RiskBoard> {
    const survey = await this.#survey();
    if (this.#board?.of === survey) return this.#board.board;
    const { house } = survey;
    const picture = this.house.picture();
    const underlyings = await this.house.ask(0, questions.margin.underlyings);
    const board: RiskBoard = {
      clearing: survey.asOf.clearing,
      schedule: survey.schedule,
      accounts: house.accountIds.length,
      states: survey.states,
      belowCall: belowCall(house),
      openCalls: house.called.reduce((sum, isCalled) => sum + isCalled, 0),
      openCases: this.house.openCases,
      fund: { balance: picture.fund.closing, contributed: picture.fund.opening },
      shortfall: picture.shortfall,
      priceStatus: picture.priceStatus,
      underlyings: underlyings.map((each) => ({
        underlying: each.underlying,
        status: each.status,
        mark: each.mark,
        scalarMeasured: each.scalarMeasured,
        drivenBy: each.drivenBy,
        callScalar: each.scalarEffective,
        liquidationScalarLong: each.liquidationScalar.long,
        liquidationScalarShort: each.liquidationScalar.short,
        logReturn: each.logReturn,
        triggerThreshold: each.triggerThreshold,
        triggeredLong: each.triggered.long,
        triggeredShort: each.triggered.short,
      })),
      distribution: [...distributionOf(house)],
      shocks: house.underlyings.map(({ underlying }, product) => ({
        underlying,
        shares: [...shockedShares(house, product, MOVES)],
      })),
      liquidationMap: house.underlyings.map(({ underlying, mark }, product) => ({
        underlying,
        mark: text(dec(mark)),
        bands: [
          ...liquidationBands(
            house,
            product,
            MOVES.filter((move) => move !== 0),
          ),
        ],
      })),
    };
    this.#board = { of: survey, board };
    return board;
  }

  /**
   * Accounts behind a place, which is the last of the page before: whose figure stays as it is stands on one of the pages, whatever the
   * others do meanwhile.
   */
  async accountsBehind({ behind, skip, limit, ...wanted }: AccountsBehind): Promise<AccountsPage> {
    const survey = await this.#survey();
    const { house, asOf, schedule, states } = survey;
    const fitting = fittingRows(survey, wanted);
    const placeAt = (at: number): PlaceInOrder => placeOf(house, wanted.order, fitting[at] as number);
    const first = behind === null ? 0 : firstWhere(fitting.length, (at) => isBehind(placeAt(at), behind, wanted));
    const from = first + skip;
    const rows = [...fitting.subarray(from, from + limit)];
    return {
      items: await this.#exact(rows, house),
      last: from + limit < fitting.length ? placeAt(from + limit - 1) : null,
      ...{ asOf, schedule, total: fitting.length, states },
    };
  }

  /** Rows with the exact figures of their accounts: each partition is asked once. */
  async #exact(rows: readonly number[], house: HouseColumns): Promise<RiskAccountsPage['items']> {
    const asked = new Map<number, string[]>();
    for (const row of rows) {
      const partition = house.partitions[row] as number;
      const ids = asked.get(partition) ?? [];
      ids.push(house.accountIds[row] as string);
      asked.set(partition, ids);
    }
    const told = await Promise.all(
      [...asked].map(([partition, ids]) => this.house.ask(partition, questions.margin.figures, ids)),
    );
    const figures = new Map(told.flat().map((each) => [each.accountId, each.figures]));
    return rows.map((row) => {
      const accountId = house.accountIds[row] as string;
      const notional = house.notional[row] as number;
      return {
        accountId,
        partition: house.partitions[row] as number,
        state: MARGIN_STATES[house.states[row] as number] ?? 'HEALTHY',
        model: house.models.get(accountId) ?? null,
        figures: figures.get(accountId) ?? { equity: '0', initial: '0', call: '0', maintenance: '0', liquidation: '0' },
        cover: coverOf(house, row),
        notional,
        largest: notional === 0 ? null : largestOf(house, row),
      };
    });
  }

  /** Whoever comes while one is made waits for that one. */
  #survey(): Promise<Survey> {
    this.#making ??= this.#freshSurvey().finally(() => (this.#making = undefined));
    return this.#making;
  }

  async #freshSurvey(): Promise<Survey> {
    const now = performance.now();
    const asOf = this.house.asOf();
    const last = this.#last;
    if (last !== undefined && (now < last.freshUntil || isDeepStrictEqual(last.asOf, asOf))) return last;
    const parts = await Promise.all(
      this.house.numbers.map(async (partition) => ({
        partition,
        ...(await this.house.ask(partition, questions.margin.survey)),
      })),
    );
    const house = houseColumns(parts);
    const done = performance.now();
    this.#last = {
      freshUntil: done + Math.max(FRESH_MS, FRESH_TIMES * (done - now)),
      schedule: parts[0]?.schedule ?? null,
      asOf,
      house,
      states: statesOf(house),
      sorted: new Map(),
    };
    return this.#last;
  }
}

/** The first of so many for which something holds that holds for all that come later; their number when it holds for none. */
function firstWhere(count: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rows that somebody wants to see, in his order. */
function fittingRows(
  { house, sorted }: Survey,
  { order, direction, state, search, owner, coverBelow }: WantedAccounts,
): Uint32Array {
  const key = `${order} ${direction}`;
  const all = sorted.get(key) ?? rowsInOrder(house, { order, direction });
  sorted.set(key, all);
  const part = search?.toLowerCase() ?? '';
  const inState = state === undefined ? -1 : MARGIN_STATES.indexOf(state);
  const begin = owner === undefined ? '' : `${owner}.`;
  if (inState < 0 && part === '' && begin === '' && coverBelow === undefined) return all;
  return all.filter((row) => {
    const accountId = house.accountIds[row] ?? '';
    const cover = coverBelow === undefined ? null : coverOf(house, row);
    return (
      (inState < 0 || house.states[row] === inState) &&
      accountId.toLowerCase().includes(part) &&
      accountId.startsWith(begin) &&
      (coverBelow === undefined || (cover !== null && cover < coverBelow))
    );
  });
}

/** Accounts whose equity is below the call requirement, and what they miss, USD. */
function belowCall({ equity, call }: HouseColumns): RiskBoard['belowCall'] {
  let accounts = 0;
  let missing = 0;
  equity.forEach((own, row) => {
    const missed = (call[row] as number) - own;
    if (missed <= 0) return;
    accounts += 1;
    missing += missed;
  });
  return { accounts, missing };
}

/** The product in which an account has the most at risk. */
function largestOf({ underlyings, products, values }: HouseColumns, row: number) {
  const own = values.subarray(row * products, (row + 1) * products);
  const largest = own.reduce((most, value, each) => (Math.abs(value) > Math.abs(own[most] ?? 0) ? each : most), 0);
  const product = underlyings[largest];
  return product === undefined ? null : { underlying: product.underlying, value: own[largest] ?? 0 };
}
