import type { InstrumentMark } from '@ballast/facts';
import type { DecimalString, Instant } from '@ballast/kernel';
import type { Listing } from '../contracts/contract.state.js';

/** The exchange's own book of a perpetual, as observed last. USD per base unit. */
export interface BookRecord {
  readonly bid: DecimalString;
  readonly ask: DecimalString;
  readonly mid: DecimalString;
  /** Last trade, held inside the present book: a trade outside it is older than the book. */
  readonly last: DecimalString;
  readonly impactBid: DecimalString;
  readonly impactAsk: DecimalString;
  readonly at: Instant;
}

/** What the exchange said last of the market of a perpetual, and what follows from all that it said. USD. */
export interface ActivityRecord {
  /** What is traded at present, a day. */
  readonly dailyVolume: DecimalString;
  /** How long trades have been observed, milliseconds, as far as it matters. */
  readonly observedMs: number;
  readonly bidDepth: DecimalString;
  readonly askDepth: DecimalString;
  readonly at: Instant;
}

/** A linear perpetual. */
export interface PerpetualRecord extends Listing {
  book: BookRecord | null;
  activity: ActivityRecord | null;
  /** As published last. */
  mark: InstrumentMark | null;
  /** Premium samples of the running funding period. */
  samples: number;
  fundingRate: DecimalString;
  cumulativeIndex: DecimalString;
  /** Null until the first price set. */
  nextFundingAt: Instant | null;
}
