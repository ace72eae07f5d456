import { event } from '../schema/event.js';
import {
  count,
  decimal,
  identifier,
  instant,
  instrument,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  priceStatus,
  prose,
  underlying,
} from '../schema/forms.js';
import { describable, list, map, nullable, oneOf, optional, record, type ValueOf } from '../schema/schema.js';

const sourceState = oneOf(['LIVE', 'STALE', 'CROSSED', 'OUTLIER', 'EXCLUDED']);
export type SourceState = ValueOf<typeof sourceState>;

const dailyVolatility = nonNegativeDecimal('Standard deviation of log returns per square root of a day.');

const indexInput = record({
  venue: identifier(),
  state: sourceState,
  mid: nullable(nonNegativeDecimal('Middle of bid and ask; null when the source never quoted.')),
  clamped: nullable(nonNegativeDecimal('What entered the average; null when the source did not count.')),
  at: nullable(instant()),
});
export type IndexInput = ValueOf<typeof indexInput>;

/** Where all sources together stand, while that is too far away to be believed. */
export const priceJump = describable(
  record({
    index: positiveDecimal('Index that the sources make, USD.'),
    first: positiveDecimal('What it was when they were first found beyond the band, USD.'),
    since: instant('When that was.'),
    believedFrom: instant('They are believed at the first price set from then on, if they stay there.'),
  }),
);
export type PriceJump = ValueOf<ReturnType<typeof priceJump>>;

const underlyingPrices = record({
  status: priceStatus(),
  index: nonNegativeDecimal('Index price, USD; on HALT the last known one.'),
  inputs: list(indexInput),
  median: nullable(nonNegativeDecimal('Median of the source mids before the clamp; null on HALT.')),
  volatility: record({
    fast: dailyVolatility,
    slow: dailyVolatility,
    implied: optional(
      nonNegativeDecimal('Of its options at the money, per square root of a day; absent while no surface is LIVE.'),
    ),
  }),
  jump: optional(
    priceJump(
      'Why it is HALT: all sources together are further from the last index than is believed; absent otherwise.',
    ),
  ),
});
export type UnderlyingPrices = ValueOf<typeof underlyingPrices>;

/** One side of the own book, as it meets who closes a position at the mark. */
const bookSide = record({
  distance: nonNegativeDecimal('Of the best price from the mark, fraction of the mark; 0 where it is not worse.'),
  depth: nonNegativeDecimal('USD of the resting orders from the best price to 1 % beyond it.'),
});

/** How deep the market of an instrument is, measured at the exchange. */
export const measuredMarket = describable(
  record({
    instrument: instrument(),
    dailyVolume: optional(
      nonNegativeDecimal('What is traded at present, USD a day; absent until enough time has been observed.'),
    ),
    bids: bookSide,
    asks: bookSide,
  }),
);
export type MeasuredMarket = ValueOf<ReturnType<typeof measuredMarket>>;

const instrumentMark = record({
  instrument: instrument(),
  underlying: underlying(),
  mark: nonNegativeDecimal('Mark price, USD.'),
  branch: oneOf(['m1', 'm2', 'm3', 'band-low', 'band-high', 'frozen'], 'Which candidate the mark is.'),
  candidates: record({ m1: decimal(), m2: decimal(), m3: decimal() }, 'USD.'),
  basis: decimal('Smoothed basis (perpetual mid minus index), USD.'),
  premium: decimal('Weighted average premium of the running funding interval, fraction per 8 h.'),
  predictedFundingRate: decimal('Rate it would fix now, fraction per 8 h.'),
  market: optional(measuredMarket('Absent where nothing fresh was measured, and on HALT.')),
});
export type InstrumentMark = ValueOf<typeof instrumentMark>;

export const PRICE_EVENTS = {
  SourceStateChanged: event({
    description: 'A price source began or ceased to count. `from` is null at its first quote.',
    stream: 'source-<underlying>-<venue>',
    payload: {
      underlying: underlying(),
      venue: identifier(),
      from: nullable(sourceState),
      to: sourceState,
      reason: prose(),
    },
  }),
  VolatilitySeeded: event({
    description: "Volatility and the last hour's marks were taken from the history before the start.",
    stream: 'volatility-<underlying>',
    payload: {
      underlying: underlying(),
      fast: dailyVolatility,
      slow: dailyVolatility,
      lastPrice: positiveDecimal('Last close of the history, USD.'),
      lastAt: instant(),
      lastHour: list(
        record({ at: instant(), mark: positiveDecimal('USD.') }),
        'Marks of the hour before the start, oldest first.',
      ),
    },
  }),
  PriceSetPublished: event({
    description: 'All marks of one clearing time with their inputs and status; margin starts from here.',
    stream: 'prices',
    payload: {
      number: ordinal('Counts 1, 2, 3, ...'),
      asOf: instant(),
      status: priceStatus('Worst status of all underlyings that have contracts.'),
      underlyings: map(underlying, underlyingPrices, 'Everything that was ever quoted, also coins without contracts.'),
      marks: list(instrumentMark, 'One per admitted linear perpetual, sorted by id.'),
    },
  }),
  FundingRateFixed: event({
    description: 'Funding of one instrument was fixed, at 00, 08 and 16 UTC; accounts settles it.',
    stream: 'funding-<instrument>',
    payload: {
      instrument: instrument(),
      dueAt: instant(),
      rate: decimal('Fraction of notional for the 8 hours; positive: longs pay shorts.'),
      mark: positiveDecimal('Mark the rate applies to, USD.'),
      cumulativeIndex: decimal('Sum of all rate * mark so far, USD per base unit.'),
      samples: count('How many premium samples entered.'),
    },
  }),
};
