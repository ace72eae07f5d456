import type { InstrumentMark } from '@ballast/facts';
import type { DecimalString, Instant } from '@ballast/kernel';
import type { Listing } from '../contracts/contract.state.js';

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
