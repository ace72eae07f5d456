import { z } from 'zod';
import { AUCTION_STEP, LOSS_STEPS, PROVIDER_STEP } from '@ballast/facts';
import {
  accountId,
  accountMarginState,
  assessmentDetail,
  count,
  decimal,
  instrument,
  marginFigures,
  ordinal,
  partitionNumber,
  partitionOfEvent,
  priceStatus,
  underlying,
} from '../fields.js';
import { openOrdersSection } from './orders.js';
import { priceJump } from './price-jump.js';
import { instant } from './times.js';
import { boundedBy } from '../bounds.js';

const figureUnit = z.enum(['USD', 'rate', 'scalar', 'base', 'price']);

const figureLine = z
  .strictObject({
    section: z.enum(['equity', 'requirement', 'scalar', 'remedy']),
    label: z.string().meta({ example: 'BTC-PERP call rate' }),
    amount: decimal,
    unit: figureUnit,
    formula: z.string().meta({ description: 'The arithmetic behind the amount, in figures.' }),
  })
  .meta({ id: 'FigureLine', description: 'One intermediate figure of an assessment.' });

const bridgeLine = z.strictObject({
  label: z.string(),
  amount: decimal.meta({ description: 'USD by which it changed equity.' }),
  detail: z.string(),
});

const stateChange = z.strictObject({
  at: instant,
  position: ordinal.meta({ description: 'Position in margin, partition of the account.' }),
  from: accountMarginState,
  to: accountMarginState,
  reason: z.string().meta({ description: 'Stable code.', example: 'equity-below-call' }),
});

const priceInput = z.strictObject({
  underlying,
  status: priceStatus,
  index: decimal,
  median: decimal.nullable(),
  jump: priceJump.nullable().meta({ description: 'Why it is HALT; null when the sources are believed.' }),
  instrument: instrument.nullable(),
  mark: decimal.nullable(),
  branch: z.string().nullable().meta({ description: 'Which candidate the mark is, after the band around the index.' }),
  sources: boundedBy(
    'decision',
    z.strictObject({
      venue: z.string(),
      state: z.string(),
      mid: decimal.nullable(),
      used: decimal
        .nullable()
        .meta({ description: 'What entered the index after the clamp; null when it did not count.' }),
      at: instant.nullable(),
    }),
  ),
});

const timelineEntry = z.strictObject({
  log: z.enum(['margin', 'liquidation', 'accounts']),
  partition: partitionOfEvent,
  position: ordinal,
  at: instant,
  type: z.string(),
  summary: z.string(),
});

const marginView = z
  .strictObject({
    marginPosition: count.meta({ description: 'Last event of margin, partition of the account, that is contained.' }),
    schedule: ordinal.meta({ description: 'Position of the ScheduleInForce in margin global.' }),
    state: accountMarginState,
    figures: marginFigures,
  })
  .meta({ id: 'MarginView', description: 'What margin held of the account at some point.' });

const explainedEvent = z.strictObject({
  log: z.enum(['margin', 'liquidation', 'accounts']),
  partition: partitionOfEvent,
  position: ordinal,
  at: instant,
  type: z.string(),
  summary: z.string(),
  cause: z.string().meta({ description: 'What it followed from: an event, a command or a timer.' }),
  before: marginView.nullable().meta({ description: 'Before the inputs that the event was decided on were taken.' }),
  decided: marginView
    .nullable()
    .meta({ description: 'With these inputs, and behind the event when it is one of margin.' }),
});

const slice = z.strictObject({
  caseId: z.string(),
  number: ordinal,
  position: ordinal.meta({ description: 'Position in liquidation; the id of the close-out order.' }),
  at: instant,
  lines: boundedBy(
    'decision',
    z.strictObject({ label: z.string(), amount: decimal, unit: figureUnit, formula: z.string() }),
  ),
});

export const caseWaterfall = z
  .strictObject({
    caseId: z.string(),
    loss: decimal.meta({
      description: 'What the case cost beyond the value of what was closed, USD: the sum of the steps.',
    }),
    steps: boundedBy(
      'decision',
      z.strictObject({
        step: z.enum([...LOSS_STEPS, PROVIDER_STEP, AUCTION_STEP]),
        amount: decimal.meta({ description: 'USD that the step bore.' }),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'CaseWaterfall', description: 'Who bore the loss of a liquidation, step by step, first to last.' });

export const accountExplanation = z
  .strictObject({
    accountId,
    owner: z.string(),
    partition: partitionNumber,
    asked: instant.nullable().meta({ description: 'Clearing time asked for; null for now.' }),
    at: instant.meta({ description: 'Clearing time of the state that is explained.' }),
    marginPosition: count.meta({ description: 'Last event of margin, partition of the account, that is contained.' }),
    event: explainedEvent.nullable().meta({ description: 'The event that was asked for; null when a time was.' }),
    state: accountMarginState.nullable().meta({ description: 'null before the first assessment.' }),
    because: boundedBy('decision', z.string()).meta({ description: 'The answer in sentences.' }),
    since: stateChange
      .nullable()
      .meta({ description: 'The change that led into the state; null when it never changed.' }),
    assessment: assessmentDetail.nullable(),
    figures: boundedBy('decision', figureLine).meta({ description: 'The assessment line by line.' }),
    orders: openOrdersSection.nullable().meta({
      description:
        'What may still fill and counts beside the state, where new risk or money is decided; without the money of the withdrawal that is explained. Null when nothing may.',
    }),
    bridge: z
      .strictObject({
        from: z.strictObject({ at: instant.nullable(), what: z.string() }),
        before: decimal,
        lines: boundedBy('decision', bridgeLine),
        after: decimal,
      })
      .nullable()
      .meta({ description: 'What changed equity since the state change before, or since the opening; adds up.' }),
    prices: boundedBy('decision', priceInput),
    schedule: z
      .strictObject({
        position: ordinal,
        number: ordinal,
        asOf: instant,
        priceSet: ordinal,
        parameters: z.string(),
        model: z.string().nullable(),
        status: priceStatus,
      })
      .nullable(),
    wouldHaveAvoided: z
      .strictObject({ at: instant, state: accountMarginState, lines: boundedBy('decision', figureLine) })
      .nullable()
      .meta({ description: 'What would have kept the account out of the last worse state it entered.' }),
    call: z
      .strictObject({ callId: z.string(), dueAt: instant, expired: z.boolean() })
      .nullable()
      .meta({ description: 'The open margin call.' }),
    timeline: boundedBy('decision', timelineEntry),
    waterfalls: boundedBy('decision', caseWaterfall).meta({
      description: 'Who bore what the liquidations cost, one entry per case.',
    }),
    slices: boundedBy('decision', slice).meta({
      description: 'Liquidation, slice by slice, with the figures of its formulas.',
    }),
  })
  .meta({ id: 'AccountExplanation', description: 'Why an account is in its state, from the logs alone.' });

type Immutable<T> = { readonly [K in keyof T]: Immutable<T[K]> };

export type CaseWaterfall = Immutable<z.infer<typeof caseWaterfall>>;
export type AccountExplanation = Immutable<z.infer<typeof accountExplanation>>;
