import type { ContractSpecificationDocument, InstrumentRisk, PricingEvents, Underlying } from '@ballast/facts';
import type { ContractSpecification } from '@ballast/instruments';
import { compareText, type DecimalString, type Instant } from '@ballast/kernel';
import type { PricingState } from '../pricing.state.js';

/** A sound listing. It waits until its underlying has a price, is admitted then, and keeps its terms for good. */
export interface Listing {
  readonly specification: ContractSpecification;
  readonly document: ContractSpecificationDocument;
  admitted: boolean;
}

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

/** A listed contract other than a linear perpetual. */
export interface ContractRecord extends Listing {
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
  /** One of its contracts is admitted. */
  admitted: boolean;
  /** When its options were quoted last. */
  chainAt: Instant | null;
  /** True if a quote came in since the last surface. */
  chainChanged: boolean;
  /** As published last. */
  surface: PricingEvents['SurfacePublished'] | null;
  /** Forward over the index at the last price set before the averaging, USD; null while nothing was priced. */
  basis: DecimalString | null;
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

export const underlyingOf = ({ specification }: Listing): Underlying => specification.instrument.underlying;

/** The expiry of a listing; undefined for a perpetual, and once its delivery price is fixed. */
export function expiryOf(
  { expiries }: PricingState,
  { specification: { instrument } }: Listing,
): ExpiryRecord | undefined {
  return instrument.kind === 'perpetual'
    ? undefined
    : expiries.get(expiryKey(instrument.underlying, instrument.expiry));
}
