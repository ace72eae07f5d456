import type { ContractSpecificationDocument, Underlying } from '@ballast/facts';
import { InstrumentError, parseInstrumentId, type OptionType } from '@ballast/instruments';
import { isoOf, type Instant } from '@ballast/kernel';
import { decimalText } from '../scaled-integer.js';
import { characterOf } from './character.js';

/** A contract of the simulated exchange beside the linear perpetuals; all of it follows from its id. */
export interface Contract {
  readonly id: string;
  readonly underlying: Underlying;
  readonly kind: 'perpetual' | 'future' | 'option';
  /** Pays in coin; only perpetuals do. */
  readonly inverse: boolean;
  /** Infinity for a perpetual. */
  readonly expiry: Instant;
  /** Options only. */
  readonly type: OptionType | undefined;
  /** USD; 0 for what is no option. */
  readonly strike: number;
  /** Base units per contract, of an inverse perpetual USD. */
  readonly size: number;
  /** Digits after the point of the smallest price step and of the smallest quantity step. */
  readonly tickDigits: number;
  readonly lotDigits: number;
}

/** USD per contract of an inverse perpetual. */
const INVERSE_SIZE = 10;

/** Deribit's delivery fees of options and futures. */
const DELIVERY_FEE = {
  option: { rate: '0.00015', capOfValue: '0.125' },
  future: { rate: '0.00025', capOfValue: '1' },
} as const;

/** @returns undefined for an id that names no contract which this exchange could list */
export function contractOf(id: string): Contract | undefined {
  try {
    const terms = parseInstrumentId(id);
    const { underlying, kind } = terms;
    const inverse = terms.settlement === 'inverse';
    if (inverse !== (kind === 'perpetual')) return undefined;
    const character = characterOf(underlying);
    const steps = kind === 'option' ? character.option : kind === 'future' ? character.linear : character.inverse;
    return {
      id,
      underlying,
      kind,
      inverse,
      expiry: kind === 'perpetual' ? Infinity : terms.expiry,
      type: kind === 'option' ? terms.type : undefined,
      strike: kind === 'option' ? terms.strike.toNumber() : 0,
      size: inverse ? INVERSE_SIZE : 1,
      ...steps,
    };
  } catch (error) {
    if (error instanceof InstrumentError) return undefined;
    throw error;
  }
}

/** Terms of a contract as it is listed; a future with variation margin settles every day, the others at the end. */
export function specificationOf(
  { id, underlying, kind, inverse, size, tickDigits, lotDigits }: Contract,
  listedAt: Instant,
  dailyVariation: boolean,
): ContractSpecificationDocument {
  return {
    id,
    contractSize: String(size),
    quoteAsset: 'USD',
    settlementAsset: inverse ? underlying : 'USD',
    tick: decimalText(1, tickDigits),
    lot: decimalText(1, lotDigits),
    cashStyle: kind === 'option' ? 'premium' : dailyVariation ? 'variation-margin' : 'marked-to-market',
    ...(kind === 'perpetual' ? {} : { deliveryFee: DELIVERY_FEE[kind] }),
    listedAt: isoOf(listedAt),
  };
}

/** A whole number of the smallest steps, toward zero. */
export function stepsOf(amount: number, digits: number): number {
  let steps = amount;
  for (let digit = 0; digit < digits; digit++) steps *= 10;
  return Math.floor(steps);
}
