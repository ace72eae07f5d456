import type { DecimalString, InstrumentId, Instant, PriceStatus, Underlying } from './common.js';

export type SourceState = 'LIVE' | 'STALE' | 'CROSSED' | 'OUTLIER' | 'EXCLUDED';

export interface IndexInput {
  readonly venue: string;
  readonly state: SourceState;
  /** Middle of bid and ask; null when the source never quoted. */
  readonly mid: DecimalString | null;
  /** What entered the average after the clamp around the median; null when the source did not count. */
  readonly clamped: DecimalString | null;
  readonly at: Instant | null;
}

export interface UnderlyingPrices {
  readonly status: PriceStatus;
  /** Index price, USD. On HALT the last known one. */
  readonly index: DecimalString;
  readonly inputs: readonly IndexInput[];
  /** Median of the source mids before the clamp; null on HALT. */
  readonly median: DecimalString | null;
  /** Daily volatility (standard deviation of log returns per square root of a day), EWMA fast and slow. */
  readonly volatility: { readonly fast: DecimalString; readonly slow: DecimalString };
}

export interface InstrumentMark {
  readonly instrument: InstrumentId;
  readonly underlying: Underlying;
  readonly mark: DecimalString;
  /** Which candidate the mark is, after the band around the index. */
  readonly branch: 'm1' | 'm2' | 'm3' | 'band-low' | 'band-high' | 'frozen';
  readonly candidates: { readonly m1: DecimalString; readonly m2: DecimalString; readonly m3: DecimalString };
  /** Smoothed basis (perpetual mid minus index), USD. */
  readonly basis: DecimalString;
  /** Weighted average premium of the running funding interval and the rate it would fix now, fractions per 8 h. */
  readonly premium: DecimalString;
  readonly predictedFundingRate: DecimalString;
}

/** pricing, global. Streams `source-<underlying>-<venue>`, `prices`, `funding-<instrument>`, `volatility-<underlying>`. */
export interface PricingEvents {
  SourceStateChanged: {
    readonly underlying: Underlying;
    readonly venue: string;
    readonly from: SourceState | null;
    readonly to: SourceState;
    readonly reason: string;
  };
  /** Volatility and last hour's marks taken from history before the start. */
  VolatilitySeeded: {
    readonly underlying: Underlying;
    readonly fast: DecimalString;
    readonly slow: DecimalString;
    readonly lastPrice: DecimalString;
    readonly lastAt: Instant;
    /** Marks of the hour before the start, oldest first. */
    readonly lastHour: readonly { readonly at: Instant; readonly mark: DecimalString }[];
  };
  /** All marks of one clearing time with their inputs and status. `number` counts 1, 2, 3, ... */
  PriceSetPublished: {
    readonly number: number;
    readonly asOf: Instant;
    /** Worst status of all underlyings. */
    readonly status: PriceStatus;
    readonly underlyings: { readonly [U in Underlying]?: UnderlyingPrices };
    readonly marks: readonly InstrumentMark[];
  };
  /** Funding of one instrument fixed at 00, 08, 16 UTC. Positive rate: longs pay shorts. */
  FundingRateFixed: {
    readonly instrument: InstrumentId;
    readonly dueAt: Instant;
    /** Fraction of notional for the 8 hours. */
    readonly rate: DecimalString;
    /** Mark the rate applies to, USD. */
    readonly mark: DecimalString;
    /** Sum of all rate * mark so far, USD per base unit; what a position pays is quantity * difference of two of these. */
    readonly cumulativeIndex: DecimalString;
    readonly samples: number;
  };
}
