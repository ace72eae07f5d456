import type { ContractSpecificationDocument, InstrumentId } from '@ballast/facts';
import { isoOf, type DecimalString, type Instant } from '@ballast/kernel';
import type { Underlying } from '../scenario/underlying.js';

/** A listed perpetual; steps as powers of ten. */
export interface ListedInstrument {
  readonly instrument: InstrumentId;
  readonly underlying: Underlying;
  /** Digits after the point of the smallest price step and of the smallest quantity step. */
  readonly tickDigits: number;
  readonly lotDigits: number;
  readonly tick: DecimalString;
  readonly lot: DecimalString;
}

export const LISTED: Readonly<Record<Underlying, ListedInstrument>> = {
  BTC: { instrument: 'BTC-PERP', underlying: 'BTC', tickDigits: 1, lotDigits: 3, tick: '0.1', lot: '0.001' },
  ETH: { instrument: 'ETH-PERP', underlying: 'ETH', tickDigits: 2, lotDigits: 2, tick: '0.01', lot: '0.01' },
};

/** @returns undefined for an instrument that is not listed here */
export function underlyingOf(instrument: string): Underlying | undefined {
  return instrument === 'BTC-PERP' ? 'BTC' : instrument === 'ETH-PERP' ? 'ETH' : undefined;
}

/** Terms of a linear perpetual as it is listed. */
export function perpetualSpecification(underlying: Underlying, listedAt: Instant): ContractSpecificationDocument {
  const { instrument, tick, lot } = LISTED[underlying];
  return {
    id: instrument,
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    tick,
    lot,
    cashStyle: 'marked-to-market',
    listedAt: isoOf(listedAt),
  };
}
