import type { InstrumentRisk, PricingEvents, Underlying } from '@ballast/facts';
import type { ContractSpecification } from '@ballast/instruments';
import { compareText, type DecimalString, type Instant } from '@ballast/kernel';

/** The exchange's own book of a future or an inverse perpetual, as observed last. */
export interface ContractBook {
  /** USD per unit of the underlying. */
  readonly mid: DecimalString;
  readonly at: Instant;
}

/** Book of an option, as observed last. Prices as the option is quoted: USD, or coin for a coin-settled one. */
export interface OptionQuote {
  readonly bid: DecimalString | null;
  readonly ask: DecimalString | null;
  /** Contracts. */
  readonly openInterest: DecimalString | null;
  readonly at: Instant;
}

/** An admitted contract. */
export interface ContractRecord {
  readonly specification: ContractSpecification;
  /** Canonical text of the document it was admitted by. */
  readonly listedAs: string;
  /** Futures and inverse perpetuals. */
  book: ContractBook | null;
  /** Options. */
  quote: OptionQuote | null;
  /** As published last. */
  risk: InstrumentRisk | null;
  /** Contracts with variation margin: null until the first price. */
  nextVariationAt: Instant | null;
}

export type ExpiryKey = `${Underlying}@${number}`;

/** All contracts of one underlying that expire together. */
export interface ExpiryRecord {
  readonly underlying: Underlying;
  readonly expiry: Instant;
  /** When its options were quoted last. */
  chainAt: Instant | null;
  /** True if a quote came in since the last surface. */
  chainChanged: boolean;
  /** As published last. */
  surface: PricingEvents['SurfacePublished'] | null;
  /** Index at the price sets that can enter the delivery price, oldest first. */
  readonly indexes: { readonly at: Instant; readonly price: DecimalString }[];
}

export function expiryKey(underlying: Underlying, expiry: Instant): ExpiryKey {
  return `${underlying}@${expiry}`;
}

/** Order in which expiries are priced and published. */
export function compareExpiries(a: ExpiryRecord, b: ExpiryRecord): number {
  return compareText(a.underlying, b.underlying) || a.expiry - b.expiry;
}

/** Underlying of an admitted contract; admission let only known ones in. */
export function underlyingOf({ specification }: ContractRecord): Underlying {
  return specification.instrument.underlying as Underlying;
}
