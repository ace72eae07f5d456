import type { AccountId, Asset, DecimalString, Instant } from '@ballast/kernel';

/** What contracts are on, such as `BTC`. Which ones there are follows from what the exchange lists. */
export type Underlying = string;
/** Linear perpetual on an underlying, quoted and settled in USD. */
export type PerpetualId = InstrumentId;
/** Any contract: `BTC-PERP`, `BTC-27MAR26`, `BTC-27MAR26-60000-C`, with `-INVERSE` when it pays in coin. @see docs/spec/instruments.md */
export type InstrumentId = string;
/** Direction of a position. */
export type Side = 'long' | 'short';
/** Direction of a trade. */
export type TradeSide = 'buy' | 'sell';

/** A place in a log partition, as one event names another. */
export interface Place {
  readonly partition: number;
  readonly position: number;
}

/** Amounts per asset; an absent asset is zero. */
export type AmountByAsset = { readonly [asset: Asset]: DecimalString };

/**
 * A position as accounts keeps it.
 * quantity: contracts (of a linear perpetual: base units), negative = short. cost: signed, in the settlement asset, exact (no rounding).
 * Unrealised P&L = quantity * value of a contract at the mark - cost; for a linear perpetual quantity * mark - cost. An option against
 * premium has no cost: its price was paid at the trade, and its value is equity.
 */
export interface PositionFigures {
  readonly instrument: InstrumentId;
  readonly quantity: DecimalString;
  readonly cost: DecimalString;
}

/**
 * One line of a balanced journal entry. Ledger accounts are named `client/<accountId>`, `held/<accountId>`,
 * `house/pnl`, `house/fees`, `house/funding`, `house/rounding`, `house/conversion`, `liquidation`, `in-transit`, `suspense`,
 * `uncovered-loss`, `custody`, and in the global partition `insurance-fund`, `in-transit`.
 * A positive amount is a credit in favour of the named party; a client's collateral is positive, custody negative.
 */
export interface Posting {
  readonly ledgerAccount: string;
  readonly asset: Asset;
  readonly amount: DecimalString;
}

/** The figures of one assessment, USD, as decided exactly. */
export interface MarginFigures {
  /** Rounded down to the cent; may be negative. */
  readonly equity: DecimalString;
  /** Rounded up to the cent, like the two below. */
  readonly initial: DecimalString;
  readonly call: DecimalString;
  readonly liquidation: DecimalString;
}

export type AccountMarginState = 'HEALTHY' | 'WARN' | 'MARGIN_CALL' | 'RESTRICTED' | 'LIQUIDATING';

/** Quality of a price: LIVE, DEGRADED (few sources), HALT (none: no liquidation, no new risk). */
export type PriceStatus = 'LIVE' | 'DEGRADED' | 'HALT';

/** State of a client account after an event of accounts, as other services need it. */
export interface AccountAfter {
  readonly accountId: AccountId;
  /** Everything credited to the client, held money included. */
  readonly collateral: AmountByAsset;
}

export type { AccountId, Asset, DecimalString, Instant };
