import type { ContractSpecificationDocument, InstrumentId, InstrumentMark, Underlying } from '@ballast/facts';
import type { ContractSpecification } from '@ballast/instruments';
import type { DecimalString, Instant } from '@ballast/kernel';
import type { ContractRecord, ExpiryKey, ExpiryRecord } from './contracts/contract.state.js';
import type { SourceRecord } from './source-state.js';

export interface Market {
  readonly priceSetEveryMs: number;
}

/** A sound listing. It waits until its underlying has a price, is admitted then, and keeps its terms for good. */
export interface Listing {
  readonly specification: ContractSpecification;
  readonly document: ContractSpecificationDocument;
  admitted: boolean;
}

export interface UnderlyingRecord {
  readonly sources: Map<string, SourceRecord>;
  /** Last index that was not frozen, and its time; null before the first price. */
  index: DecimalString | null;
  indexAt: Instant | null;
  /** Daily, as published last. */
  volatility: { readonly fast: DecimalString; readonly slow: DecimalString };
}

/** The exchange's own book of a perpetual, as observed last. USD per base unit. */
export interface BookRecord {
  readonly mid: DecimalString;
  /** Last trade, held inside the present book: a trade outside it is older than the book. */
  readonly last: DecimalString;
  readonly impactBid: DecimalString;
  readonly impactAsk: DecimalString;
  readonly at: Instant;
}

/** A linear perpetual. */
export interface PerpetualRecord extends Listing {
  book: BookRecord | null;
  /** As published last. */
  mark: InstrumentMark | null;
  /** Premium samples of the running funding period. */
  samples: number;
  fundingRate: DecimalString;
  cumulativeIndex: DecimalString;
  /** Null until the first price set. */
  nextFundingAt: Instant | null;
}

/** Why an input of the exchange had no effect. Counted, so that a sick gateway is seen. */
export type IgnoredBecause =
  | 'late-quote'
  | 'quote-ahead-of-time'
  | 'malformed-message'
  | 'unknown-underlying'
  | 'unknown-instrument'
  | 'repeated-market'
  | 'late-history'
  | 'repeated-listing'
  | 'empty-chain'
  | 'crossed-quote'
  | 'malformed-quote'
  | 'unlisted-instrument'
  | 'expired-instrument';

/** What pricing knows. Quotes and books come from the exchange; everything else from pricing's own events. */
export interface PricingState {
  market: Market | null;
  /** Everything that was ever quoted: underlyings of contracts, and coins that are collateral only. */
  readonly underlyings: Map<Underlying, UnderlyingRecord>;
  readonly perpetuals: Map<InstrumentId, PerpetualRecord>;
  /** Listed contracts other than the linear perpetuals, until their delivery price is fixed. */
  readonly contracts: Map<InstrumentId, ContractRecord>;
  /** Their expiries. */
  readonly expiries: Map<ExpiryKey, ExpiryRecord>;
  /** Number and time of the last price set; 0 and null before the first. */
  priceSets: number;
  lastAsOf: Instant | null;
  readonly ignored: Map<IgnoredBecause, number>;
}
