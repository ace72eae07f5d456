import { z } from 'zod';
import { contractTerms, count, decimal, instrument, priceStatus, sha256Hex, underlying } from '../fields.js';
import { pageLimit, pageOf } from './page.js';
import { instant } from './times.js';

export const instrumentsQuery = z
  .strictObject({
    after: instrument.optional().meta({ description: '`next` of the page before; absent for the first page.' }),
    limit: pageLimit(1_000, 200),
    underlying: underlying.optional().meta({ description: 'Only contracts of this underlying.' }),
  })
  .meta({ id: 'InstrumentsQuery' });

export const instrumentsPage = pageOf(
  'InstrumentsPage',
  'Listed contracts with their terms, in the order of their ids, until their delivery price is fixed.',
  z.strictObject({
    instrument,
    kind: z.enum(['perpetual', 'future', 'option']),
    underlying,
    expiry: instant.nullable().meta({ description: 'null for a perpetual.' }),
    standing: z.enum(['waiting', 'trading', 'halted', 'ending', 'ended']).meta({
      description:
        '`waiting` for its first price, nothing trades in what is `halted`, only less risk in what is `ending`; `ended`: delisted.',
    }),
    terms: z.strictObject({ ...contractTerms, listedAt: instant }),
  }),
);

export const pricesPage = pageOf(
  'PricesPage',
  'What margin works with, of the newest price set, in the order of instruments; one that waits for its first price is not in it.',
  z.strictObject({
    instrument,
    underlying,
    price: decimal.meta({ description: 'USD per unit of the underlying, coin for a coin-settled option.' }),
    index: decimal.nullable().meta({ description: 'Of the underlying, USD.' }),
    status: priceStatus
      .nullable()
      .meta({ description: 'Of the underlying in the schedule that decides now; null before the first.' }),
    fundingRate: decimal.nullable().meta({ description: 'Linear perpetuals: predicted, fraction for 8 hours.' }),
    volatility: decimal.nullable().meta({ description: 'Options: per year.' }),
  }),
  {
    priceSets: count.meta({ description: 'Number of the newest price set; 0 before the first.' }),
    at: instant.nullable().meta({ description: 'Clearing time of it; null before the first.' }),
  },
);

export const logEnd = z.strictObject({
  log: z.string(),
  partition: z.int().min(-1).meta({ description: '-1 is the global one.' }),
  incarnation: z.string().nullable().meta({
    description: 'Of the log, as its pages name it; null while nobody who keeps it answers, and a copy is told.',
  }),
  position: count.meta({ description: 'Of the last entry; 0 when there is none.' }),
  head: sha256Hex.meta({ description: 'Chain behind the last entry: it stands for everything before.' }),
  clearing: instant.meta({ description: 'Of the last entry.' }),
  checkpoint: count.nullable().meta({
    description: 'Number of the last signed checkpoint of the log; null when there is none, and of a copy.',
  }),
});
/** Where a partition of a log ends. */
export type LogEnd = z.output<typeof logEnd>;

export const logsList = pageOf(
  'LogsList',
  'Every partition of every log, and where it ends. `asOf` names no position: the items are those.',
  logEnd,
);
