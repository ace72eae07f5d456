import type { RiskAccountsPage, RiskAccountsQuery, RiskBoard } from '@ballast/contracts';
import { compareText, dec, text, type Instant } from '@ballast/kernel';
import { MARGIN_STATES, type SurveyedAccount } from '@ballast/margin-domain';
import { distributionOf, liquidationBands, shockedShares } from '@ballast/read-models';
import type { ClearingPicture } from '@ballast/read-models';
import { questions, type Question } from '@ballast/services';

/** One price at a time, from -30 % to +30 %. */
const MOVES = [-0.3, -0.25, -0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3];

/** A survey that is asked for again within this time is not made again, nor within so many times what it took: a twentieth of a core for all viewers together. */
const FRESH_MS = 1_000;
const FRESH_TIMES = 20;

/** A house that can be looked at: as it is, or as it was. */
export interface SurveyedHouse {
  readonly clearing: Instant;
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

type Row = SurveyedAccount & { readonly partition: number; readonly notional: number; readonly cover: number | null };

interface Survey {
  readonly freshUntil: number;
  readonly schedule: number | null;
  readonly clearing: number;
  readonly underlyings: readonly { readonly underlying: string; readonly mark: number }[];
  readonly rows: readonly Row[];
  readonly sorted: Map<string, readonly Row[]>;
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
    const { house } = this;
    const { rows } = survey;
    const picture = house.picture();
    const below = rows.filter(({ equity, call }) => equity < call);
    const underlyings = await house.ask(0, questions.margin.underlyings);
    const board: RiskBoard = {
      clearing: survey.clearing,
      schedule: survey.schedule,
      accounts: rows.length,
      states: statesOf(rows),
      belowCall: { accounts: below.length, missing: below.reduce((sum, { equity, call }) => sum + call - equity, 0) },
      openCalls: rows.filter(({ isCalled }) => isCalled).length,
      openCases: house.openCases,
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
      distribution: [...distributionOf(rows)],
      shocks: survey.underlyings.map(({ underlying }, product) => ({
        underlying,
        shares: [...shockedShares(rows, product, MOVES)],
      })),
      liquidationMap: survey.underlyings.map(({ underlying, mark }, product) => ({
        underlying,
        mark: text(dec(mark)),
        bands: [
          ...liquidationBands(
            rows,
            product,
            MOVES.filter((move) => move !== 0),
          ),
        ],
      })),
    };
    this.#board = { of: survey, board };
    return board;
  }

  async accounts({
    order,
    direction,
    state,
    search,
    offset,
    limit,
  }: Omit<RiskAccountsQuery, 'at'>): Promise<RiskAccountsPage> {
    const survey = await this.#survey();
    const key = `${order} ${direction}`;
    let sorted = survey.sorted.get(key);
    if (sorted === undefined) {
      sorted = [...survey.rows].sort(comparison(order, direction === 'ascending' ? 1 : -1));
      survey.sorted.set(key, sorted);
    }
    const wanted = search?.toLowerCase();
    const fitting =
      state === undefined && wanted === undefined
        ? sorted
        : sorted.filter(
            (row) =>
              (state === undefined || row.state === state) && (wanted === undefined || row.accountId.includes(wanted)),
          );
    return {
      clearing: survey.clearing,
      schedule: survey.schedule,
      offset,
      total: fitting.length,
      states: statesOf(survey.rows),
      rows: await Promise.all(fitting.slice(offset, offset + limit).map((row) => this.#exact(row, survey))),
    };
  }

  async #exact({ accountId, partition, state, model, cover, notional, values }: Row, { underlyings }: Survey) {
    const [told] = await this.house.ask(partition, questions.margin.figures, [accountId]);
    const largest = values.reduce(
      (most, value, each) => (Math.abs(value) > Math.abs(values[most] ?? 0) ? each : most),
      0,
    );
    const product = underlyings[largest];
    return {
      accountId,
      partition,
      state,
      model,
      figures: told?.figures ?? { equity: '0', initial: '0', call: '0', maintenance: '0', liquidation: '0' },
      cover,
      notional,
      largest:
        product === undefined || notional === 0
          ? null
          : { underlying: product.underlying, value: values[largest] ?? 0 },
    };
  }

  /** Whoever comes while one is made waits for that one. */
  #survey(): Promise<Survey> {
    this.#making ??= this.#freshSurvey().finally(() => (this.#making = undefined));
    return this.#making;
  }

  async #freshSurvey(): Promise<Survey> {
    const now = performance.now();
    const { clearing } = this.house;
    const last = this.#last;
    if (last !== undefined && (now < last.freshUntil || last.clearing === clearing)) return last;
    const parts = await Promise.all(
      this.house.numbers.map(async (partition) => ({
        partition,
        ...(await this.house.ask(partition, questions.margin.survey)),
      })),
    );
    const underlyings = parts[0]?.underlyings ?? [];
    const rows = parts.flatMap(({ partition, accounts }) =>
      accounts.map((account): Row => {
        const notional = account.values.reduce((sum, value) => sum + Math.abs(value), 0);
        return { ...account, partition, notional, cover: account.call > 0 ? account.equity / account.call : null };
      }),
    );
    const done = performance.now();
    this.#last = {
      freshUntil: done + Math.max(FRESH_MS, FRESH_TIMES * (done - now)),
      schedule: parts[0]?.schedule ?? null,
      clearing,
      underlyings,
      rows,
      sorted: new Map(),
    };
    return this.#last;
  }
}

const statesOf = (rows: readonly Row[]): RiskBoard['states'] => {
  const states = Object.fromEntries(MARGIN_STATES.map((state) => [state, 0])) as RiskBoard['states'];
  for (const { state } of rows) states[state] += 1;
  return states;
};

/** Accounts without a figure, such as cover without a requirement, come last whichever way the list goes. */
function comparison(order: RiskAccountsQuery['order'], sign: 1 | -1): (a: Row, b: Row) => number {
  if (order === 'accountId') return (a, b) => sign * compareText(a.accountId, b.accountId);
  const figure = (row: Row): number | null => (order === 'cushion' ? row.equity - row.call : row[order]);
  return (a, b) => {
    const [x, y] = [figure(a), figure(b)];
    if (x === null || y === null)
      return (x === null ? 1 : 0) - (y === null ? 1 : 0) || compareText(a.accountId, b.accountId);
    return sign * (x - y) || compareText(a.accountId, b.accountId);
  };
}
