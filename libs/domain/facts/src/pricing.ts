import type { DecimalString, InstrumentId, Instant, PriceStatus, Underlying } from './common.js';
import type { ContractSpecificationDocument } from './instruments.js';

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

/** One gate that a surface must pass before it is published (docs/spec/valuation.md). */
export interface SurfaceGate {
  readonly gate: string;
  readonly passed: boolean;
  /** Least margin by which it held, negative when it failed, as decimal text. */
  readonly margin: DecimalString;
}

/** How a surface came about, in the order tried. */
export type SurfaceOrigin = 'svi' | 'svi-repaired' | 'ssvi' | 'shifted' | 'flat';

/** Raw SVI of total variance: w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), k = ln(strike / forward). */
export interface SviParameters {
  readonly a: DecimalString;
  readonly b: DecimalString;
  readonly rho: DecimalString;
  readonly m: DecimalString;
  readonly sigma: DecimalString;
}

/** What a scenario does to a price. */
export interface PublishedScenario {
  readonly id: string;
  /** Factor on the underlying and on every forward. */
  readonly spotFactor: DecimalString;
  /** Relative shock of implied volatility, before the term rule of the scenario set. */
  readonly volatilityShock: DecimalString;
}

/** One contract at one price set: its mark and its value in every scenario, decimals as they are acted upon. */
export interface InstrumentRisk {
  readonly instrument: InstrumentId;
  /** Settlement asset per contract. */
  readonly mark: DecimalString;
  /** Price it is quoted at: USD per unit of the underlying, coin for a coin-settled option. */
  readonly price: DecimalString;
  readonly forward: DecimalString;
  /** Options: per year. */
  readonly volatility: DecimalString | null;
  readonly status: PriceStatus;
  /** Smoothed basis of a future or an inverse perpetual over the index, USD; null for options. */
  readonly basis: DecimalString | null;
  /**
   * USD per contract, in the order of the scenarios; what the contract is worth (linear and inverse: against the mark as entry).
   * At full risk: while the delivery price is averaged, who reads them scales the differences by `expiring.openShare`, once.
   */
  readonly values: readonly DecimalString[];
}

/** An expiry whose delivery price is being averaged. */
export interface ExpiringContracts {
  readonly underlying: Underlying;
  readonly expiry: Instant;
  /** Delivery price if the index stayed as it is, USD. */
  readonly estimate: DecimalString;
  /** Share of the risk that is still open, 1 down to 0. */
  readonly openShare: DecimalString;
}

/**
 * pricing, global. Streams `source-<underlying>-<venue>`, `prices`, `funding-<instrument>`, `volatility-<underlying>`, `instrument-<id>`,
 * `surface-<underlying>-<expiry>`, `settlement-<underlying>-<expiry>`, `variation-<instrument>`.
 */
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
    /** Worst status of all underlyings that have contracts. */
    readonly status: PriceStatus;
    /** Everything that was ever quoted: also coins without contracts, which are collateral. */
    readonly underlyings: { readonly [underlying: Underlying]: UnderlyingPrices };
    /** One per admitted linear perpetual, sorted by id. */
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
  /** A listed contract has its first price, in the price set that follows; it is margined and cleared from now on. */
  InstrumentAdmitted: { readonly specification: ContractSpecificationDocument };
  /** A listing that nobody could clear; its fills go to suspense. */
  InstrumentRefused: {
    readonly instrument: InstrumentId;
    readonly code: string;
    readonly field: string;
    readonly reason: string;
  };
  /** Volatility surface of one expiry, fitted for the price set of this number and appended just before it. */
  SurfacePublished: {
    readonly number: number;
    readonly underlying: Underlying;
    readonly expiry: Instant;
    /** Time of the price set; the total variance is that from here to the expiry. */
    readonly asOf: Instant;
    readonly forward: DecimalString;
    readonly forwardFrom: 'future' | 'parity' | 'index';
    /** DEGRADED: the surface before, shifted in parallel, because a gate failed or too few quotes were good. */
    readonly status: PriceStatus;
    /** `flat`: nobody has quoted enough yet, so the index's own volatility at every strike. */
    readonly origin: SurfaceOrigin;
    readonly svi: SviParameters;
    /** Of what is published. */
    readonly gates: readonly SurfaceGate[];
    /** Forms that were tried before and not published, with the gates that failed (or `too-few-quotes`). */
    readonly rejected: readonly { readonly origin: SurfaceOrigin; readonly failed: readonly string[] }[];
    /** Options with a live bid and ask. */
    readonly quotes: number;
  };
  /** Marks and risk arrays of all contracts but the linear perpetuals, for the price set of this number; appended just before it. */
  RiskArraysPublished: {
    readonly number: number;
    readonly asOf: Instant;
    /** Worst status of all contracts in it. */
    readonly status: PriceStatus;
    /** `<name>@<version>` of the scenario set. */
    readonly scenarioSet: string;
    readonly scenarios: readonly PublishedScenario[];
    readonly instruments: readonly InstrumentRisk[];
    /** Absent when no averaging goes on. */
    readonly expiring?: readonly ExpiringContracts[];
    /** SHA-256 of the canonical text of `scenarios` and `instruments`, hex. */
    readonly contentHash: string;
  };
  /** Delivery price of everything of one underlying that expires at one time: the average of the index over the window. */
  SettlementPriceFixed: {
    readonly underlying: Underlying;
    readonly expiry: Instant;
    readonly price: DecimalString;
    readonly samples: number;
    /** Samples that stand for an earlier one, and samples that were missing. */
    readonly carried: number;
    readonly missing: number;
  };
  /** Price of a settlement cycle (08:00 UTC) of a contract with variation margin. */
  VariationPriceFixed: { readonly instrument: InstrumentId; readonly dueAt: Instant; readonly price: DecimalString };
}
