import { z } from 'zod';
import { decimal, identifier, instant, nonNegativeDecimal, ordinal, perpetual } from '../common/fields.js';
import { positiveDecimal, priceStatus, prose, underlying } from '../common/fields.js';
import { payload } from '../event-schema.js';

const sourceState = z.enum(['LIVE', 'STALE', 'CROSSED', 'OUTLIER', 'EXCLUDED']);
const dailyVolatility = nonNegativeDecimal.describe('Standard deviation of log returns per square root of a day.');

export const sourceStateChangedV1 = payload(
  { underlying, venue: identifier, from: sourceState.nullable(), to: sourceState, reason: prose },
  {
    stream: 'source-<underlying>-<venue>',
    description: 'A price source began or ceased to count. `from` is null at its first quote.',
  },
);

export const volatilitySeededV1 = payload(
  {
    underlying,
    fast: dailyVolatility,
    slow: dailyVolatility,
    lastPrice: positiveDecimal,
    lastAt: instant,
    lastHour: z
      .array(z.strictObject({ at: instant, mark: positiveDecimal }))
      .describe('Marks of the hour before the start, oldest first.'),
  },
  {
    stream: 'volatility-<underlying>',
    description: "Volatility and the last hour's marks were taken from the history before the start.",
  },
);

const indexInput = z.strictObject({
  venue: identifier,
  state: sourceState,
  mid: nonNegativeDecimal.nullable().describe('Middle of bid and ask; null when the source never quoted.'),
  clamped: nonNegativeDecimal.nullable().describe('What entered the average; null when the source did not count.'),
  at: instant.nullable(),
});

const underlyingPrices = z.strictObject({
  status: priceStatus,
  index: nonNegativeDecimal.describe('Index price, USD; on HALT the last known one.'),
  inputs: z.array(indexInput),
  median: nonNegativeDecimal.nullable().describe('Median of the source mids before the clamp; null on HALT.'),
  volatility: z.strictObject({ fast: dailyVolatility, slow: dailyVolatility }),
});

const instrumentMark = z.strictObject({
  instrument: perpetual,
  underlying,
  mark: nonNegativeDecimal.describe('Mark price, USD.'),
  branch: z.enum(['m1', 'm2', 'm3', 'band-low', 'band-high', 'frozen']).describe('Which candidate the mark is.'),
  candidates: z.strictObject({ m1: decimal, m2: decimal, m3: decimal }).describe('USD.'),
  basis: decimal.describe('Smoothed basis (perpetual mid minus index), USD.'),
  premium: decimal.describe('Weighted average premium of the running funding interval, fraction per 8 h.'),
  predictedFundingRate: decimal.describe('Rate it would fix now, fraction per 8 h.'),
});

export const priceSetPublishedV1 = payload(
  {
    number: ordinal.describe('Counts 1, 2, 3, ...'),
    asOf: instant,
    status: priceStatus.describe('Worst status of all underlyings that have contracts.'),
    underlyings: z
      .record(underlying, underlyingPrices)
      .describe('Everything that was ever quoted, also coins without contracts.'),
    marks: z.array(instrumentMark),
  },
  {
    stream: 'prices',
    description: 'All marks of one clearing time with their inputs and status; margin starts from here.',
  },
);

export const fundingRateFixedV1 = payload(
  {
    instrument: perpetual,
    dueAt: instant,
    rate: decimal.describe('Fraction of notional for the 8 hours; positive: longs pay shorts.'),
    mark: positiveDecimal.describe('Mark the rate applies to, USD.'),
    cumulativeIndex: decimal.describe('Sum of all rate * mark so far, USD per base unit.'),
    samples: z.int().nonnegative().describe('How many premium samples entered.'),
  },
  {
    stream: 'funding-<instrument>',
    description: 'Funding of one instrument was fixed, at 00, 08 and 16 UTC; accounts settles it.',
  },
);
