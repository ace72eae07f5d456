import type { Instrument } from '@ballast/instruments';
import type { Decimal, Instant } from '@ballast/kernel';
import { type RiskSchedule, type SideSizes } from '@ballast/risk-schedule';

/** Something held as collateral. A negative amount is a debt. */
export interface CollateralHolding {
  readonly asset: string;
  readonly amount: Decimal;
}

export interface PositionHolding {
  readonly instrument: Instrument;
  /** Contracts, negative = short. */
  readonly quantity: Decimal;
  /** Quote units per unit of the underlying; absent when profit is already in cash. */
  readonly entryPrice?: Decimal;
  /** Funding not yet booked, settlement currency, positive = the owner pays. */
  readonly accruedFunding?: Decimal;
  /** Settlement currency set aside for this position alone (isolated); absent: it shares the account's collateral (cross). */
  readonly isolatedMargin?: Decimal;
}

export interface OpenOrder {
  readonly instrument: Instrument;
  readonly side: 'buy' | 'sell';
  /** Contracts not yet filled, positive. */
  readonly quantity: Decimal;
  /** Absent for a market order. */
  readonly price?: Decimal;
  readonly reduceOnly?: boolean;
}

/** All that a model reads of an account. */
export interface Portfolio {
  readonly collateral: readonly CollateralHolding[];
  readonly positions: readonly PositionHolding[];
  readonly orders: readonly OpenOrder[];
  /** By underlying; for models that charge size. Absent: the owner has this portfolio only. */
  readonly ownerSizes?: ReadonlyMap<string, SideSizes>;
}

/** Confidence of a price in [0, 1]: 1 is certain. */
export type Confidence = Decimal;

export interface UnderlyingMarket {
  readonly spot: Decimal;
  readonly confidence?: Confidence;
  /** USD per day. */
  readonly averageDailyVolume?: Decimal;
  /** Daily volatility the schedule is at. */
  readonly dailyVolatility?: Decimal;
}

/** What all instruments of one underlying and expiry share. */
export interface ExpiryMarket {
  readonly underlying: string;
  readonly expiry: Instant;
  readonly forward: Decimal;
  readonly forwardConfidence?: Confidence;
  /** Continuously compounded, per year of 365 days. */
  readonly rate?: Decimal;
  readonly rateConfidence?: Confidence;
  readonly volatilityConfidence?: Confidence;
}

export interface InstrumentMarket {
  /** Quote units per unit of the underlying (coin for a coin-settled option). */
  readonly mark: Decimal;
  readonly confidence?: Confidence;
  /** Options: mark volatility per year. */
  readonly volatility?: Decimal;
  /** Contracts, one side. */
  readonly openInterest?: Decimal;
  /** Indicative uncrossing price, 0 when there is none yet; present only while the instrument trades by auction. */
  readonly auctionPrice?: Decimal;
}

export interface CollateralMarket {
  readonly price: Decimal;
  readonly confidence?: Confidence;
  /** Mean price of the last 30 minutes, USD. */
  readonly averagePrice?: Decimal;
  /** What the issuer pays for it, or another reference of the floor policy, USD. */
  readonly redemptionValue?: Decimal;
  /** Amount of the asset that all accounts hold as collateral. */
  readonly platformAmount?: Decimal;
}

/** Value of an instrument in one scenario of a published risk array. */
/** Published values of one instrument, read when they are asked for: a scan needs a part of them only. */
export interface RiskArray {
  /** USD per unit of the underlying, of an option its premium in that scenario; undefined where none was published. */
  get(scenarioId: string): Decimal | undefined;
  /** The same as `floatOf` of its decimal, where that can be had at less cost. */
  floatOf?(scenarioId: string): number | undefined;
}

/** Everything a model reads of the market: one price set. Missing figures that a model needs make it throw. */
export interface Market {
  readonly asOf: Instant;
  readonly underlyings: ReadonlyMap<string, UnderlyingMarket>;
  /** By `<underlying>@<expiry>`. */
  readonly expiries: ReadonlyMap<string, ExpiryMarket>;
  /** By instrument id. */
  readonly instruments: ReadonlyMap<string, InstrumentMarket>;
  /** By asset. */
  readonly collateral: ReadonlyMap<string, CollateralMarket>;
  /** Price of the settlement stablecoin in USD; 1 when absent. */
  readonly stablePrice?: Decimal;
  /** Published risk arrays by instrument id. */
  readonly riskArrays?: ReadonlyMap<string, RiskArray>;
  /** Published AVSL rates by underlying. */
  readonly adaptive?: ReadonlyMap<string, RiskSchedule>;
}

/** One line of the sum that a level is: what an auditor reads. */
export interface ExplainLine {
  /** Stable code, `scan-risk`, `basis-contingency`, `short-option-minimum`, ... */
  readonly code: string;
  /** Instrument, expiry, underlying or asset it is about; absent: the whole account. */
  readonly subject?: string;
  /** Settlement currency; a requirement is positive, what an account owns is positive. */
  readonly amount: Decimal;
  /** Intermediate figures by name, in the order computed. */
  readonly figures?: Readonly<Record<string, Decimal>>;
}

export interface ScenarioResult {
  readonly id: string;
  /** Whole portfolio, settlement currency, loss negative, after dampening. */
  readonly pnl: Decimal;
  readonly byPosition: readonly { readonly instrument: string; readonly pnl: Decimal }[];
}

/**
 * What a model says of one portfolio. `value` minus a level's requirement is the signed surplus at that level.
 * Requirements are in the order of strictness the venue has: `initial`, `maintenance`, and further levels where it has them.
 */
export interface ModelResult {
  /** What the account is worth to this model before requirements. */
  readonly value: Decimal;
  readonly requirements: Readonly<Record<string, Decimal>>;
  readonly lines: readonly ExplainLine[];
  readonly scenarios?: readonly ScenarioResult[];
  /** Id of the scenario with the greatest loss. */
  readonly worstScenario?: string;
}

/** Where a venue publishes the rule, and when it was read. */
export interface ModelSource {
  readonly text: string;
  /** ISO date. */
  readonly asOf: string;
}

/**
 * What a model says of itself and its property tests hold it to.
 * `positively-homogeneous`: n times the portfolio (marks and figures of the market unchanged) requires n times as much.
 * `sub-additive`: a portfolio requires no more than its parts together.
 */
export type ModelClaim = 'positively-homogeneous' | 'sub-additive';

/**
 * A margin rule under a name and a version: a pure function. Parameters are a versioned document, data and not code, checked by
 * `readParameters`, which throws a ModelInputError naming the field.
 */
export interface MarginModel<Parameters = unknown> {
  /** `<name>@<version>` */
  readonly id: string;
  readonly title: string;
  readonly source: ModelSource;
  /** Names of the levels in `requirements`, strictest first. */
  readonly levels: readonly string[];
  /** Absent: none claimed. */
  readonly claims?: readonly ModelClaim[];
  readonly defaultParameters: { readonly id: string; readonly document: unknown };
  readParameters(document: unknown): Parameters;
  assess(portfolio: Portfolio, market: Market, parameters: Parameters): ModelResult;
}
