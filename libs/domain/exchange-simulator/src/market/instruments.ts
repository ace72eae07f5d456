import type { ContractSpecificationDocument, InstrumentId, Underlying } from '@ballast/facts';
import { isoOf, type Instant } from '@ballast/kernel';
import { decimalText } from '../scaled-integer.js';
import { characterOf } from './character.js';

const SUFFIX = '-PERP';

/** The linear perpetual of an underlying. */
export const perpetualOf = (underlying: Underlying): InstrumentId => `${underlying}${SUFFIX}`;

/** @returns undefined for what is no linear perpetual */
export function underlyingOf(instrument: InstrumentId): Underlying | undefined {
  const underlying = instrument.slice(0, -SUFFIX.length);
  return instrument === perpetualOf(underlying) && !underlying.includes('-') ? underlying : undefined;
}

/** Terms of a linear perpetual as it is listed. */
export function perpetualSpecification(underlying: Underlying, listedAt: Instant): ContractSpecificationDocument {
  const { tickDigits, lotDigits } = characterOf(underlying).linear;
  return {
    id: perpetualOf(underlying),
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    tick: decimalText(1, tickDigits),
    lot: decimalText(1, lotDigits),
    cashStyle: 'marked-to-market',
    listedAt: isoOf(listedAt),
  };
}
