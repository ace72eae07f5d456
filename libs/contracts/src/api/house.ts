import { z } from 'zod';
import { count, decimal, instant, ordinal, priceStatus, underlying } from '../fields.js';

export const systemView = z
  .strictObject({
    clearing: instant,
    partitions: z.array(
      z.strictObject({
        log: z.string(),
        partition: z.int().min(-1).meta({ description: '-1 is the global one.' }),
        owner: z.string().meta({ description: 'Host and process that write it.' }),
        position: count.meta({ description: 'Where it ends.' }),
        clearing: instant.meta({ description: 'Clearing time it has applied.' }),
        backlog: count.meta({ description: 'Inputs that wait.' }),
        lagSeconds: z.number().meta({ description: 'Clearing time it is behind, while something waits.' }),
      }),
    ),
    exchange: z.array(z.strictObject({ log: z.string(), partition: z.int().min(-1), position: count })),
  })
  .meta({ id: 'System', description: 'Every partition of every log, and who writes it.' });

export const marketsView = z
  .strictObject({
    clearing: instant,
    markets: z.array(
      z.strictObject({
        underlying,
        at: z.array(instant),
        index: z.array(decimal),
        mark: z.array(decimal).meta({ description: 'Of its linear perpetual, USD; empty where there is none.' }),
        fundingRate: z
          .array(decimal)
          .meta({ description: 'Predicted, fraction for 8 hours; empty where there is none.' }),
        callScalar: z.array(decimal),
        last: z
          .strictObject({
            status: priceStatus,
            priceSet: ordinal.meta({ description: 'Position of the PriceSetPublished in pricing global.' }),
            branch: z.string().nullable().meta({ description: 'Which candidate the mark is.' }),
            sources: z.array(
              z.strictObject({
                venue: z.string(),
                state: z.string(),
                mid: decimal.nullable(),
                used: decimal.nullable(),
                at: instant.nullable(),
              }),
            ),
          })
          .meta({ description: 'The newest price set.' }),
      }),
    ),
    sourceChanges: z
      .array(
        z.strictObject({
          position: ordinal,
          at: instant,
          underlying,
          venue: z.string(),
          from: z.string().nullable(),
          to: z.string(),
          reason: z.string(),
        }),
      )
      .meta({ description: 'When sources began or ceased to count, newest first.' }),
  })
  .meta({ id: 'Markets', description: 'Prices over time, with their sources now.' });

export const fundView = z
  .strictObject({
    clearing: instant,
    balance: decimal.meta({ description: 'USD.' }),
    flows: z
      .array(
        z.strictObject({
          cause: z.string(),
          count,
          amount: decimal.meta({ description: 'USD, what the fund paid negative. All add up to the balance.' }),
        }),
      )
      .meta({ description: 'Sums by cause.' }),
    entries: z.array(
      z.strictObject({
        position: ordinal.meta({ description: 'Event of accounts, global partition.' }),
        at: instant,
        cause: z.string(),
        amount: decimal,
        balance: decimal,
      }),
    ),
    more: z.boolean().meta({ description: 'True when there were more entries than are listed; the newest are.' }),
    deleveraged: z.array(
      z.strictObject({
        log: z.string(),
        partition: z.int().min(-1),
        position: ordinal,
        at: instant,
        summary: z.string(),
      }),
    ),
  })
  .meta({ id: 'Fund', description: 'The insurance fund by cause, and rounds of deleveraging.' });

export type SystemView = z.infer<typeof systemView>;
export type MarketsView = z.infer<typeof marketsView>;
export type FundView = z.infer<typeof fundView>;
