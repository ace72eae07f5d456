export type { AccountId, Asset, DecimalString, Instant } from '@ballast/kernel';

/** What contracts are written on, such as `BTC`. Which ones there are follows from what the exchange lists. */
export type Underlying = string;
/** Any contract: `BTC-PERP`, `BTC-27MAR26`, `BTC-27MAR26-60000-C`, with `-INVERSE` when it pays in coin. @see docs/spec/instruments.md */
export type InstrumentId = string;
/** Direction of a position. */
export type Side = 'long' | 'short';
/** Direction of a trade. */
export type TradeSide = 'buy' | 'sell';
/** Quality of a price: LIVE, DEGRADED (few sources), HALT (none: no liquidation, no new risk). */
export type PriceStatus = 'LIVE' | 'DEGRADED' | 'HALT';
