import type { Decimal, Instant } from '@ballast/kernel';

/** What the profit of a contract is paid in: its quote currency (linear) or the coin itself (inverse, coin-settled). */
export type Settlement = 'linear' | 'inverse';
export type OptionType = 'call' | 'put';

interface Contract {
  /** `BTC-PERP`, `BTC-27MAR26`, `BTC-27MAR26-60000-C`; a coin-settled contract of a linear twin ends in `-INVERSE`. */
  readonly id: string;
  readonly underlying: string;
  readonly settlement: Settlement;
  /** Linear: base units per contract. Inverse: quote units per contract. */
  readonly contractSize: Decimal;
}

export interface Perpetual extends Contract {
  readonly kind: 'perpetual';
}

/** Dated future. */
export interface Future extends Contract {
  readonly kind: 'future';
  readonly expiry: Instant;
}

/** European option. Coin-settled (inverse) options pay in coin and are quoted per unit of the underlying. */
export interface Option extends Contract {
  readonly kind: 'option';
  readonly type: OptionType;
  readonly strike: Decimal;
  readonly expiry: Instant;
}

export type Instrument = Perpetual | Future | Option;
