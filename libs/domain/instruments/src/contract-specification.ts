import {
  ASSET,
  dec,
  instantOf,
  isoOf,
  ZERO,
  type Asset,
  type Decimal,
  type Instant,
  matches,
  nonNegativeDecimalOf,
} from '@ballast/kernel';
import { InstrumentError } from './instrument-error.js';
import { parseInstrumentId } from './instrument-id.js';
import type { Instrument } from './instrument.js';

/**
 * How money follows the price.
 * - `marked-to-market`: profit counts in equity from the mark and is paid when the position is closed.
 * - `variation-margin`: profit is paid at every settlement cycle, and the entry moves to the settlement price.
 * - `premium`: the price is paid at the trade, and what the option is worth counts in equity. Options only.
 */
export type CashStyle = 'marked-to-market' | 'variation-margin' | 'premium';

/** Fee for the delivery of an expiring contract. */
export interface DeliveryFee {
  /** Fraction of the underlying's value. */
  readonly rate: Decimal;
  /** Options: at most this fraction of what the option is worth at expiry. */
  readonly capOfValue: Decimal;
}

/** Everything that was agreed about a contract when it was listed. */
export interface ContractSpecification {
  readonly instrument: Instrument;
  readonly quoteAsset: Asset;
  /** The quote asset of a linear contract, the underlying of an inverse one. */
  readonly settlementAsset: Asset;
  /** Smallest price step, quote units per unit of the underlying (coin for a coin-settled option). */
  readonly tick: Decimal;
  /** Smallest quantity step, contracts. */
  readonly lot: Decimal;
  readonly cashStyle: CashStyle;
  /** Absent for a perpetual, which is never delivered. */
  readonly deliveryFee?: DeliveryFee;
  readonly listedAt: Instant;
}

const FIELDS = ['id', 'contractSize', 'quoteAsset', 'settlementAsset', 'tick', 'lot', 'cashStyle', 'listedAt'];
const FEE_FIELDS = ['rate', 'capOfValue'];
/** Terms are multiplied with quantities and prices; with so many digits that stays exact. */
const TERM = nonNegativeDecimalOf(15, 12);

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a specification document and checks it as a whole.
 * @throws InstrumentError `bad-specification` (shape, unknown or missing field, no decimal text), `out-of-range`,
 *   `wrong-settlement-asset`, `wrong-cash-style`, `wrong-delivery-fee`, `listed-after-expiry`, and the codes of
 *   `parseInstrumentId`
 * @see docs/spec/instruments.md CLR-INS-002
 */
export function readContractSpecification(document: unknown): ContractSpecification {
  const fields = fieldsOf(document, 'specification', FIELDS, ['deliveryFee']);
  const id = textOf(fields, 'id');
  const terms = parseInstrumentId(id);
  const quoteAsset = assetOf(fields, 'quoteAsset');
  const settlementAsset = assetOf(fields, 'settlementAsset');
  const expected = terms.settlement === 'linear' ? quoteAsset : terms.underlying;
  if (settlementAsset !== expected) {
    const message = `${id} pays in ${expected}, the document says ${settlementAsset}; correct the id or the asset`;
    throw new InstrumentError('wrong-settlement-asset', 'settlementAsset', message);
  }
  const listedAt = timeOf(fields, 'listedAt');
  if (terms.kind !== 'perpetual' && listedAt >= terms.expiry) {
    const message = `${id} would be listed at ${isoOf(listedAt)}, not before it expires at ${isoOf(terms.expiry)}`;
    throw new InstrumentError('listed-after-expiry', 'listedAt', message);
  }
  const deliveryFee = deliveryFeeOf(fields, terms.kind);
  return {
    instrument: { ...terms, id, contractSize: positive(fields, 'contractSize') },
    quoteAsset,
    settlementAsset,
    tick: positive(fields, 'tick'),
    lot: positive(fields, 'lot'),
    cashStyle: cashStyleOf(fields, terms.kind),
    ...(deliveryFee === undefined ? {} : { deliveryFee }),
    listedAt,
  };
}

/** Where a contract is in its life. From its expiry on nobody trades it; it is settled as soon as its price is known. */
export type ListingState = 'not-yet-listed' | 'listed' | 'expired';

export function listingState({ instrument, listedAt }: ContractSpecification, at: Instant): ListingState {
  if (at < listedAt) return 'not-yet-listed';
  return instrument.kind !== 'perpetual' && at >= instrument.expiry ? 'expired' : 'listed';
}

function cashStyleOf(fields: Fields, kind: Instrument['kind']): CashStyle {
  const style = textOf(fields, 'cashStyle');
  const allowed: readonly CashStyle[] =
    kind === 'option' ? ['premium', 'variation-margin'] : ['marked-to-market', 'variation-margin'];
  const found = allowed.find((candidate) => candidate === style);
  if (found !== undefined) return found;
  throw new InstrumentError(
    'wrong-cash-style',
    'cashStyle',
    `${style} is not one of ${allowed.join(', ')} of a ${kind}`,
  );
}

function deliveryFeeOf(fields: Fields, kind: Instrument['kind']): DeliveryFee | undefined {
  const document = fields['deliveryFee'];
  if ((document === undefined) !== (kind === 'perpetual')) {
    const message =
      kind === 'perpetual' ? 'a perpetual is never delivered; leave it out' : 'a dated contract needs one';
    throw new InstrumentError('wrong-delivery-fee', 'deliveryFee', `deliveryFee: ${message}`);
  }
  if (document === undefined) return undefined;
  const fee = fieldsOf(document, 'deliveryFee', FEE_FIELDS, []);
  return { rate: fraction(fee, 'rate'), capOfValue: fraction(fee, 'capOfValue') };
}

function fieldsOf(document: unknown, field: string, needed: readonly string[], optional: readonly string[]): Fields {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new InstrumentError('bad-specification', field, `${field} is no JSON object`);
  }
  const fields = document as Fields;
  const unknown = Object.keys(fields).find((name) => !needed.includes(name) && !optional.includes(name));
  if (unknown !== undefined) {
    throw new InstrumentError('bad-specification', unknown, `${unknown} is no field of a ${field}; remove it`);
  }
  const missing = needed.find((name) => fields[name] === undefined);
  if (missing !== undefined)
    throw new InstrumentError('bad-specification', missing, `${missing} is missing in ${field}`);
  return fields;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new InstrumentError('bad-specification', name, `${name} is no text`);
}

function assetOf(fields: Fields, name: string): Asset {
  const value = textOf(fields, name);
  if (matches(ASSET, value)) return value;
  throw new InstrumentError('bad-specification', name, `${name} ${value} is no asset; ${ASSET.remedy}`);
}

function timeOf(fields: Fields, name: string): Instant {
  const value = textOf(fields, name);
  try {
    return instantOf(value);
  } catch {
    throw new InstrumentError('bad-specification', name, `${name} ${value} is no ISO 8601 UTC time`);
  }
}

function decimalOf(fields: Fields, name: string): Decimal {
  const value = textOf(fields, name);
  if (matches(TERM, value)) return dec(value);
  throw new InstrumentError(
    'bad-specification',
    name,
    `${name} ${value} is no plain decimal text of at most 12 digits`,
  );
}

function positive(fields: Fields, name: string): Decimal {
  const value = decimalOf(fields, name);
  if (value.gt(ZERO)) return value;
  throw new InstrumentError('out-of-range', name, `${name} must be above 0`);
}

function fraction(fields: Fields, name: string): Decimal {
  const value = decimalOf(fields, name);
  if (value.lte(1)) return value;
  throw new InstrumentError('out-of-range', name, `${name} is a fraction, at most 1`);
}
