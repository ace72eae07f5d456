import { caseWaterfall } from './account-explanation.js';
import { z } from 'zod';
import {
  accountId,
  accountMarginState,
  count,
  decimal,
  marginFigures,
  ordinal,
  partitionNumber,
  partitionOfEvent,
  priceStatus,
  underlying,
} from '../fields.js';
import { instant } from './times.js';
import { boundedBy } from '../bounds.js';
import { pageByKey, pageOf, skipped } from './page.js';
import { pastMoment } from './queries.js';

/** For pictures only: no amount that anybody is owed. */
const estimate = z.number();

const schedule = ordinal
  .nullable()
  .meta({ description: 'The ScheduleInForce in margin global; null before the first price set.' });

const stateCounts = z.record(accountMarginState, count);

export const riskBoard = z
  .strictObject({
    clearing: instant,
    schedule,
    accounts: count,
    states: stateCounts,
    belowCall: z
      .strictObject({ accounts: count, missing: estimate.meta({ description: 'Call requirement less equity, USD.' }) })
      .meta({ description: 'Accounts whose equity is below the call requirement.' }),
    openCalls: count,
    openCases: count,
    fund: z.strictObject({ balance: decimal, contributed: decimal }),
    shortfall: decimal.meta({ description: 'Losses that nobody paid, USD.' }),
    priceStatus: priceStatus.nullable(),
    underlyings: boundedBy(
      'market',
      z.strictObject({
        underlying,
        status: priceStatus,
        mark: decimal,
        scalarMeasured: decimal,
        drivenBy: z.enum(['fast', 'slow', 'implied']).meta({ description: 'Volatility with the largest part in it.' }),
        callScalar: decimal,
        liquidationScalarLong: decimal,
        liquidationScalarShort: decimal,
        logReturn: decimal.meta({ description: 'Log return of the last hour.' }),
        triggerThreshold: decimal.meta({ description: 'Absolute log return from which the price trigger is on.' }),
        triggeredLong: z.boolean(),
        triggeredShort: z.boolean(),
      }),
    ),
    distribution: boundedBy(
      'market',
      z.strictObject({
        from: z.number().nullable().meta({ description: 'Equity over call requirement; null: below zero.' }),
        to: z.number().nullable(),
        accounts: count,
        notional: estimate,
      }),
    ).meta({ description: 'Accounts with a requirement, by how many times equity covers it.' }),
    shocks: boundedBy(
      'market',
      z.strictObject({
        underlying,
        shares: boundedBy(
          'market',
          z.strictObject({ move: z.number(), belowCall: estimate, belowLiquidation: estimate }),
        ),
      }),
    ),
    liquidationMap: boundedBy(
      'market',
      z.strictObject({
        underlying,
        mark: decimal,
        bands: boundedBy(
          'market',
          z.strictObject({ move: z.number(), longs: estimate, shorts: estimate, accounts: count }),
        ),
      }),
    ),
  })
  .meta({
    id: 'RiskBoard',
    description: 'The house at a glance. Shocks and bands are estimates: rates as they are now, one price at a time.',
  });

export const RISK_ORDERS = ['accountId', 'equity', 'call', 'cover', 'cushion', 'notional'] as const;

const MOST_ROWS = 500;

export const riskAccountsQuery = z
  .strictObject({
    at: pastMoment,
    order: z.enum(RISK_ORDERS).default('cover').meta({ description: 'What they are sorted by.' }),
    direction: z.enum(['ascending', 'descending']).default('ascending'),
    state: accountMarginState.optional().meta({ description: 'Only accounts in this state.' }),
    search: z
      .string()
      .max(80)
      .optional()
      .meta({ description: 'Only accounts whose id contains this, in small or capital letters.' }),
    ...pageByKey(MOST_ROWS, 100),
    skip: skipped,
  })
  .meta({ id: 'RiskAccountsQuery' });

export const riskAccountsPage = pageOf(
  'RiskAccountsPage',
  'Accounts sorted and filtered by the server. Page by page with `after`, an account whose figure stays as it is comes exactly once, whatever the others do meanwhile.',
  z.strictObject({
    accountId,
    partition: partitionNumber,
    state: accountMarginState,
    model: z.string().nullable(),
    figures: marginFigures.meta({ description: 'Exact.' }),
    cover: z.number().nullable().meta({ description: 'Equity over call requirement; null without a requirement.' }),
    notional: estimate.meta({ description: 'Value of linear positions without sign, USD.' }),
    largest: z.strictObject({ underlying, value: estimate }).nullable(),
  }),
  {
    schedule,
    total: count.meta({ description: 'Accounts that fit the filter.' }),
    states: stateCounts.meta({ description: 'Of all accounts, whatever the filter.' }),
  },
);

const liquidationCase = z
  .strictObject({
    caseId: z.string(),
    accountId,
    partition: partitionNumber,
    opened: z.strictObject({ at: instant, position: ordinal }),
    closed: z.strictObject({ at: instant, position: ordinal }).nullable(),
    trigger: ordinal.meta({ description: 'The LiquidationTriggered in margin, same partition.' }),
    figures: marginFigures.meta({ description: 'When it was opened.' }),
    outcome: z.string().nullable(),
    slices: count,
    closedNotional: decimal,
    slippage: decimal,
    penalty: decimal,
    reward: decimal,
    fundAsked: decimal,
    uncoveredLoss: decimal,
  })
  .meta({ id: 'LiquidationCase', description: 'A liquidation from its opening to where it stands, USD.' });

export const liquidationsQuery = z
  .strictObject({
    at: pastMoment,
    open: z.enum(['true', 'false']).optional().meta({ description: 'Only open, or only closed ones.' }),
    search: z
      .string()
      .max(80)
      .optional()
      .meta({ description: 'Only cases whose id contains this, in small or capital letters.' }),
    ...pageByKey(MOST_ROWS, 100),
    skip: skipped,
  })
  .meta({ id: 'LiquidationsQuery' });

export const liquidationsPage = pageOf('LiquidationsPage', 'Liquidations, newest first.', liquidationCase, {
  total: count.meta({ description: 'Cases that fit the filter.' }),
  open: count.meta({ description: 'Open ones, whatever the filter.' }),
});

const caseSlice = z.strictObject({
  number: ordinal,
  position: ordinal.meta({ description: 'The CloseOutOrderPlaced in liquidation.' }),
  at: instant,
  instrument: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: decimal,
  mark: decimal,
  averageFill: decimal.nullable().meta({ description: 'Average price of the fills, USD, rounded for display.' }),
  closedQuantity: decimal,
  closedNotional: decimal,
  slippage: decimal,
  penalty: decimal,
  trueUp: decimal,
  reward: decimal,
  provisionalRate: decimal,
  finalRate: decimal.nullable(),
  before: marginFigures.nullable().meta({ description: 'Margin figures that the slice was chosen on.' }),
  after: marginFigures.nullable().meta({ description: 'The first that margin found behind its true-up.' }),
});

export const caseView = z
  .strictObject({
    case: liquidationCase,
    decision: z.string().meta({ description: 'The event of margin that began it.', example: 'margin/0#107' }),
    end: z.string().nullable().meta({ description: 'The event of margin that ended it.' }),
    slices: boundedBy('case', caseSlice),
    loss: boundedBy('case', z.strictObject({ label: z.string(), amount: decimal, detail: z.string() })).meta({
      description: 'Equity at the start, what changed it, equity at the end; adds up to the unit.',
    }),
    waterfall: caseWaterfall,
    receipts: boundedBy(
      'case',
      z.strictObject({
        of: z.enum(['penalty', 'deficit']),
        who: z.string(),
        amount: decimal,
        detail: z.string(),
      }),
    ).meta({
      description: 'Who got what the account paid, lines of the penalty sum to 0; and who paid what it could not.',
    }),
    events: boundedBy(
      'case',
      z.strictObject({
        log: z.string(),
        partition: partitionOfEvent,
        position: ordinal,
        at: instant,
        type: z.string(),
        summary: z.string(),
      }),
    ),
  })
  .meta({ id: 'LiquidationCaseView', description: 'One liquidation, slice by slice.' });

export const statusView = z
  .strictObject({
    clearing: instant,
    wall: instant,
    mode: z.enum(['replay', 'live', 'idle']),
    lagSeconds: z.number().nullable().meta({
      description:
        'Of the partition that is furthest behind, clearing time; null while somebody who decides one, or the store, does not answer.',
    }),
    backlog: count.nullable().meta({
      description:
        'Inputs that are stored and not applied, and commands without an answer, of all partitions. 0: all that was accepted before the question is applied, with all that follows from it. Null while somebody who decides a partition, or the store, does not answer.',
    }),
    events: count.meta({ description: 'Leaves of all trees of the service logs.' }),
    checkpoint: z
      .strictObject({
        number: ordinal,
        behind: count.meta({ description: 'Events of margin that were appended since.' }),
        at: instant.meta({ description: 'Clearing time of the newest event that it stands for.' }),
      })
      .nullable()
      .meta({
        description:
          'The last one signed of the margin log, as whoever keeps that log tells; null before the first, and until he has answered once.',
      }),
    invariants: z.strictObject({
      checked: count,
      violations: boundedBy('program', z.string()),
      at: instant.meta({ description: 'Clearing time they were looked at.' }),
    }),
    states: stateCounts,
  })
  .meta({ id: 'Status', description: 'What stands at the top of every page.' });

export type RiskBoard = z.infer<typeof riskBoard>;
export type RiskAccountsQuery = z.output<typeof riskAccountsQuery>;
export type LiquidationsQuery = z.output<typeof liquidationsQuery>;
export type RiskAccountsPage = z.infer<typeof riskAccountsPage>;
export type LiquidationCaseRow = z.infer<typeof liquidationCase>;
export type LiquidationsPage = z.infer<typeof liquidationsPage>;
export type LiquidationCaseView = z.infer<typeof caseView>;
export type StatusView = z.infer<typeof statusView>;
