import { z } from 'zod';
import { count, decimal, ordinal, priceStatus, underlying } from '../fields.js';
import { boundedBy } from '../bounds.js';
import { pageOf } from './page.js';
import { priceJump } from './price-jump.js';
import { instant } from './times.js';

/** Points of a line of prices. */
const MOST_PRICES = 1_000;
const MOST_CHANGES = 400;

export const systemView = z
  .strictObject({
    clearing: instant,
    partitions: boundedBy(
      'partitions',
      z.strictObject({
        log: z.string(),
        partition: z.int().min(-1).meta({ description: '-1 is the global one.' }),
        owner: z.string().meta({ description: 'Host and process that write it.' }),
        position: count.meta({ description: 'Where it ends.' }),
        clearing: instant.meta({ description: 'Clearing time it has applied.' }),
        backlog: count.meta({ description: 'Inputs that are stored and not applied, and commands without an answer.' }),
        lagSeconds: z.number().meta({ description: 'Clearing time it is behind, while something waits.' }),
      }),
    ),
    absent: boundedBy('partitions', z.strictObject({ log: z.string(), partition: z.int().min(-1) })).meta({
      description: 'Partitions whose owner is not known or does not answer.',
    }),
    exchange: boundedBy('partitions', z.strictObject({ log: z.string(), partition: z.int().min(-1), position: count })),
    readModels: z
      .strictObject({
        clearing: instant.meta({ description: 'Newest clearing time that they contain.' }),
        events: count.meta({ description: 'Events of the service logs that they contain.' }),
        waiting: count.nullable().meta({
          description: 'Events that stand in the logs and not in them yet; null while a partition is absent.',
        }),
      })
      .meta({ description: 'Lists and histories of the process that answers.' }),
  })
  .meta({ id: 'System', description: 'Every partition of every log, who writes it, and how far lists have read it.' });

export const marketsView = z
  .strictObject({
    clearing: instant,
    markets: boundedBy(
      'market',
      z.strictObject({
        underlying,
        at: z.array(instant).max(MOST_PRICES),
        index: z.array(decimal).max(MOST_PRICES),
        mark: z
          .array(decimal)
          .max(MOST_PRICES)
          .meta({ description: 'Of its linear perpetual, USD; empty where there is none.' }),
        fundingRate: z
          .array(decimal)
          .max(MOST_PRICES)
          .meta({ description: 'Predicted, fraction for 8 hours; empty where there is none.' }),
        callScalar: z.array(decimal).max(MOST_PRICES),
        last: z
          .strictObject({
            status: priceStatus,
            priceSet: ordinal.meta({ description: 'Position of the PriceSetPublished in pricing global.' }),
            jump: priceJump.nullable().meta({ description: 'Why it is HALT; null when the sources are believed.' }),
            branch: z.string().nullable().meta({ description: 'Which candidate the mark is.' }),
            sources: boundedBy(
              'market',
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
    sourceChanges: boundedBy(
      'market',
      z.strictObject({
        position: ordinal,
        at: instant,
        underlying,
        venue: z.string(),
        from: z.string().nullable(),
        to: z.string(),
        reason: z.string(),
      }),
    ).meta({
      description: `When sources began or ceased to count, newest first, the last ${MOST_CHANGES}; the log of pricing has all.`,
    }),
  })
  .meta({ id: 'Markets', description: 'Prices over time, with their sources now.' });

export const fundPage = pageOf(
  'FundPage',
  'The insurance fund: what was paid in and out of it, newest first, and all of that by cause.',
  z.strictObject({
    position: ordinal.meta({ description: 'Event of accounts, global partition.' }),
    at: instant,
    cause: z.string(),
    amount: decimal.meta({ description: 'USD, what the fund paid negative.' }),
    balance: decimal.meta({ description: 'Of the fund afterwards, USD.' }),
  }),
  {
    balance: decimal.meta({ description: 'USD.' }),
    flows: boundedBy(
      'program',
      z.strictObject({
        cause: z.string(),
        count,
        amount: decimal.meta({ description: 'USD, what the fund paid negative. All add up to the balance.' }),
      }),
    ).meta({ description: 'Sums by cause.' }),
  },
);

export const deleveragingRoundsPage = pageOf(
  'DeleveragingRoundsPage',
  'Rounds of deleveraging, newest first.',
  z.strictObject({
    position: ordinal.meta({ description: 'Of its AdlExecuted in liquidation, global partition.' }),
    at: instant,
    summary: z.string(),
  }),
);

const surfaceOrigin = z.string().meta({ description: 'How the surface came about, such as `svi`.' });

export const surfacesView = z
  .strictObject({
    clearing: instant,
    underlying,
    expiries: boundedBy(
      'market',
      z.strictObject({
        expiry: instant,
        position: ordinal.meta({ description: 'Position of the SurfacePublished in pricing global.' }),
        asOf: instant,
        forward: decimal.meta({ description: 'USD.' }),
        forwardFrom: z.string(),
        status: priceStatus,
        origin: surfaceOrigin,
        quotes: count.meta({ description: 'Options with a live bid and ask.' }),
        gates: boundedBy(
          'market',
          z.strictObject({
            gate: z.string(),
            passed: z.boolean(),
            margin: decimal.meta({ description: 'Least room in the unit of the gate, negative when it failed.' }),
          }),
        ).meta({ description: 'Conditions against arbitrage, of what is published.' }),
        rejected: boundedBy(
          'market',
          z.strictObject({ origin: surfaceOrigin, failed: boundedBy('market', z.string()) }),
        ),
        smile: boundedBy(
          'market',
          z.strictObject({
            strike: z.number().meta({ description: 'USD.' }),
            share: z.number().meta({ description: 'Strike over forward.' }),
            volatility: z.number().meta({ description: 'Per year.' }),
          }),
        ).meta({ description: 'The surface over strikes, for a picture.' }),
        options: boundedBy(
          'market',
          z.strictObject({
            instrument: z.string(),
            strike: decimal,
            type: z.enum(['call', 'put']),
            price: decimal.meta({ description: 'USD per unit of the underlying, coin for a coin-settled option.' }),
            volatility: decimal.meta({ description: 'Per year.' }),
            status: priceStatus,
          }),
        ).meta({ description: 'What is priced on it, by strike.' }),
      }),
    ).meta({ description: 'Open ones, the next first.' }),
  })
  .meta({ id: 'Surfaces', description: 'Volatility surfaces of an underlying, with the gates that they passed.' });

export type SurfacesView = z.infer<typeof surfacesView>;

export const rulesHistory = pageOf(
  'RulesHistory',
  'How the rules of a service came to be, newest first.',
  z.strictObject({
    position: ordinal.meta({ description: 'Event of the service, global partition.' }),
    at: instant,
    change: z.enum(['established', 'proposed', 'approved']),
    kind: z.string(),
    id: z.string(),
    by: z.string().meta({ description: 'Who did it.' }),
    proposalId: z.string().nullable(),
    reason: z.string().nullable(),
    noticeMs: z.number().nullable().meta({
      description: 'Time until a rise of requirements reaches liquidation levels; null where the kind knows none.',
    }),
  }),
);

export type RulesHistory = z.infer<typeof rulesHistory>;
export type SystemView = z.infer<typeof systemView>;
export type MarketsView = z.infer<typeof marketsView>;
export type FundPage = z.infer<typeof fundPage>;
export type DeleveragingRoundsPage = z.infer<typeof deleveragingRoundsPage>;
