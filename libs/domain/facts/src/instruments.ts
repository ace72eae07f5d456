import type { Asset, DecimalString } from './common.js';

/**
 * All terms of a contract as they were listed; they never change. Its id tells kind, underlying, expiry, strike and settlement.
 * Amounts as plain decimal text, `listedAt` ISO 8601 UTC.
 * @see docs/spec/instruments.md
 */
export interface ContractSpecificationDocument {
  readonly id: string;
  /** Linear: base units per contract. Inverse: quote units per contract. */
  readonly contractSize: DecimalString;
  readonly quoteAsset: Asset;
  /** What profit and premium are paid in. */
  readonly settlementAsset: Asset;
  readonly tick: DecimalString;
  readonly lot: DecimalString;
  readonly cashStyle: 'marked-to-market' | 'variation-margin' | 'premium';
  readonly deliveryFee?: { readonly rate: DecimalString; readonly capOfValue: DecimalString };
  readonly listedAt: string;
}
