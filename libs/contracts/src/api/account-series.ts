import { z } from 'zod';
import { isoOf } from '@ballast/kernel';
import {
  accountId,
  accountMarginState,
  amountByAsset,
  count,
  decimal,
  instrument,
  ordinal,
  partitionNumber,
  partitionOfEvent,
  underlying,
} from '../fields.js';
import { boundedBy } from '../bounds.js';
import { asOf } from './page.js';
import { askedInstant, instant } from './times.js';

/** Most points that a series is ever drawn with. */
export const MOST_POINTS = 4_000;

const USUAL_POINTS = 1_500;
const FEWEST_POINTS = 20;

export const seriesQuery = z
  .strictObject({
    from: askedInstant.optional().meta({ description: 'Clearing time; absent: from the opening.' }),
    to: askedInstant.optional().meta({ description: 'Clearing time; absent: to the newest.' }),
    points: z
      .int()
      .min(FEWEST_POINTS)
      .max(MOST_POINTS)
      .default(USUAL_POINTS)
      .meta({ description: `Most points of a series, up to ${MOST_POINTS}.` }),
  })
  .check(({ value: { from = 0, to = Infinity }, issues }) => {
    if (from <= to) return;
    issues.push({ code: 'custom', path: ['from'], input: isoOf(from), message: 'begin before the end, which is `to`' });
  })
  .meta({ id: 'SeriesQuery' });

const column = z.array(decimal).max(MOST_POINTS);

const storyEvent = z
  .strictObject({
    log: z.enum(['margin', 'liquidation', 'accounts']),
    partition: partitionOfEvent,
    position: ordinal,
    at: instant,
    type: z.string(),
    summary: z.string(),
    point: count.meta({ description: 'Index of the first point of this answer at or behind which it happened.' }),
    fill: z
      .strictObject({ instrument, side: z.enum(['buy', 'sell']), quantity: decimal, price: decimal })
      .nullable()
      .meta({ description: 'What was traded, when it was a fill.' }),
  })
  .meta({ id: 'StoryEvent', description: 'Something that happened to the account, with its place in the log.' });

export const accountSeries = z
  .strictObject({
    accountId,
    partition: partitionNumber,
    asOf,
    span: z
      .strictObject({ from: instant, to: instant })
      .nullable()
      .meta({ description: 'First and last assessment there is; null before the first.' }),
    assessed: count.meta({
      description: 'Assessments in the range asked for; some are left out when there are more than points.',
    }),
    points: z
      .strictObject({
        at: z.array(instant).max(MOST_POINTS),
        position: z
          .array(ordinal)
          .max(MOST_POINTS)
          .meta({ description: 'The MarginRunCompleted in margin, partition of the account.' }),
        schedule: z.array(ordinal).max(MOST_POINTS).meta({ description: 'The ScheduleInForce in margin global.' }),
        state: z.array(accountMarginState).max(MOST_POINTS).meta({ description: 'After the run.' }),
        equity: column,
        initial: column,
        call: column,
        maintenance: column.meta({ description: 'What health is measured by.' }),
        liquidation: column,
      })
      .meta({
        description:
          'USD, exact; one place of every column is one assessment. Least and greatest of each stretch are kept.',
      }),
    underlyings: boundedBy(
      'span',
      z.strictObject({
        underlying,
        mark: column.meta({ description: 'Mark of its linear perpetual, USD.' }),
        callScalar: column.meta({ description: 'Volatility scalar of the call level.' }),
        liquidationScalarLong: column,
        liquidationScalarShort: column,
      }),
    ),
    shares: boundedBy(
      'span',
      z.strictObject({
        instrument,
        maintenance: column.meta({ description: 'Share of the maintenance requirement, USD.' }),
      }),
    ).meta({ description: 'What the maintenance requirement was made of, by position.' }),
    holdings: boundedBy(
      'span',
      z.strictObject({
        point: count.meta({ description: 'From this point of the answer on.' }),
        version: count,
        collateral: amountByAsset,
        positions: boundedBy('span', z.strictObject({ instrument, quantity: decimal, cost: decimal })),
      }),
    ).meta({ description: 'What the account held, each time it changed.' }),
    events: boundedBy('span', storyEvent),
  })
  .meta({
    id: 'AccountSeries',
    description: 'The account at every margin run of a range, recomputed from the log, and what happened to it.',
  });

type Immutable<T> = { readonly [K in keyof T]: Immutable<T[K]> };

export type AccountSeries = Immutable<z.infer<typeof accountSeries>>;
export type SeriesQuery = z.output<typeof seriesQuery>;
