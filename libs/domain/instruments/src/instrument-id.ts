import {
  dec,
  HOUR_MS,
  DAY_MS,
  instantOf,
  isoOf,
  type Decimal,
  type Instant,
  matches,
  STRIKE_TEXT,
  UNDERLYING,
} from '@ballast/kernel';
import { InstrumentError } from './instrument-error.js';
import type { OptionType, Settlement } from './instrument.js';

interface Terms {
  readonly underlying: string;
  readonly settlement: Settlement;
}

/** All that an id says of an instrument. The contract size stands in its specification. */
export type InstrumentTerms =
  | (Terms & { readonly kind: 'perpetual' })
  | (Terms & { readonly kind: 'future'; readonly expiry: Instant })
  | (Terms & {
      readonly kind: 'option';
      readonly expiry: Instant;
      readonly strike: Decimal;
      readonly type: OptionType;
    });

/** Everything dated expires at 08:00 UTC of the day its id names. */
export const EXPIRY_TIME_OF_DAY_MS = 8 * HOUR_MS;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DATE = /^([1-9]|[12]\d|3[01])([A-Z]{3})(\d{2})$/;

/**
 * Reads an instrument id:
 *   id     = underlying "-" ( "PERP" | date | date "-" strike "-" ( "C" | "P" ) ) [ "-INVERSE" ]
 *   date   = day without leading zero, month in three capitals, two digits of the year 20YY: 6MAR26
 *   strike = plain decimal > 0 without leading or trailing zeros
 * A contract pays in its quote currency unless its id ends in -INVERSE. One instrument has one id:
 * `writeInstrumentId(parseInstrumentId(id)) === id`.
 * @throws InstrumentError `bad-instrument-id`, `bad-underlying`, `bad-expiry-date`, `bad-strike`
 * @see docs/spec/instruments.md CLR-INS-001
 */
export function parseInstrumentId(id: string): InstrumentTerms {
  const parts = id.split('-');
  const inverse = parts.length > 2 && parts[parts.length - 1] === 'INVERSE';
  const [underlying = '', date = '', strikeText, letter, ...rest] = inverse ? parts.slice(0, -1) : parts;
  const settlement: Settlement = inverse ? 'inverse' : 'linear';
  if (date === '' || rest.length > 0 || (strikeText !== undefined && letter === undefined)) throw badId(id);
  requireUnderlying(underlying, id);
  if (date === 'PERP') {
    if (strikeText !== undefined) throw badId(id);
    return { kind: 'perpetual', underlying, settlement };
  }
  const expiry = expiryOf(date, id);
  if (strikeText === undefined) return { kind: 'future', underlying, settlement, expiry };
  if (letter !== 'C' && letter !== 'P') throw badId(id);
  if (!matches(STRIKE_TEXT, strikeText) || dec(strikeText).isZero()) {
    throw new InstrumentError(
      'bad-strike',
      'strike',
      `${id}: strike ${strikeText} is no positive plain decimal; write it as 60000 or 0.65`,
    );
  }
  const type: OptionType = letter === 'C' ? 'call' : 'put';
  return { kind: 'option', underlying, settlement, expiry, strike: dec(strikeText), type };
}

/** When what an id names expires; null of a perpetual, and of what is no id. */
export function expiryNamedBy(id: string): Instant | null {
  try {
    const terms = parseInstrumentId(id);
    return terms.kind === 'perpetual' ? null : terms.expiry;
  } catch (error) {
    if (error instanceof InstrumentError) return null;
    throw error;
  }
}

/**
 * Writes the id of an instrument, the inverse of `parseInstrumentId`.
 * @throws InstrumentError when the terms have no id: an expiry that is not at 08:00 UTC of 2000 to 2099, a strike that is
 *   not positive or has more than 8 digits after the point
 */
export function writeInstrumentId(terms: InstrumentTerms): string {
  requireUnderlying(terms.underlying, terms.underlying);
  const suffix = terms.settlement === 'inverse' ? '-INVERSE' : '';
  if (terms.kind === 'perpetual') return `${terms.underlying}-PERP${suffix}`;
  const dated = `${terms.underlying}-${writeExpiryDate(terms.expiry)}`;
  if (terms.kind === 'future') return `${dated}${suffix}`;
  const strike = terms.strike.toFixed();
  if (!matches(STRIKE_TEXT, strike) || terms.strike.isZero()) {
    throw new InstrumentError('bad-strike', 'strike', `strike ${strike} has no id; it must be positive with 8 digits`);
  }
  return `${dated}-${strike}-${terms.type === 'call' ? 'C' : 'P'}${suffix}`;
}

/** Date of an expiry as ids write it, such as `27MAR26`. */
export function writeExpiryDate(expiry: Instant): string {
  const [year = '', month = '', day = ''] = isoOf(expiry).slice(0, 10).split('-');
  if (expiry % DAY_MS !== EXPIRY_TIME_OF_DAY_MS || !/^20\d\d$/.test(year)) {
    throw new InstrumentError(
      'bad-expiry-date',
      'expiry',
      `${isoOf(expiry)} is not 08:00 UTC of a day of 2000 to 2099`,
    );
  }
  return `${Number(day)}${MONTHS[Number(month) - 1]}${year.slice(2)}`;
}

function expiryOf(date: string, id: string): Instant {
  const [, day = '', monthName = '', year = ''] = DATE.exec(date) ?? [];
  const month = MONTHS.indexOf(monthName) + 1;
  if (month === 0 || Number(day) > daysOfMonth(2000 + Number(year), month)) {
    throw new InstrumentError('bad-expiry-date', 'expiry', `${id}: ${date} is no date; write it as 6MAR26 or 27MAR26`);
  }
  const padded = (value: number | string): string => String(value).padStart(2, '0');
  return instantOf(`20${year}-${padded(month)}-${padded(day)}T00:00Z`) + EXPIRY_TIME_OF_DAY_MS;
}

function daysOfMonth(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  // Within 2000 to 2099 every fourth year has a 29 February.
  return year % 4 === 0 ? 29 : 28;
}

/** True for what can be the name of an underlying. */
export const isUnderlying = (name: string): boolean => matches(UNDERLYING, name);

function requireUnderlying(underlying: string, id: string): void {
  if (isUnderlying(underlying)) return;
  throw new InstrumentError(
    'bad-underlying',
    'underlying',
    `${id}: underlying ${underlying} is not 2 to 12 capitals and digits with a capital among them`,
  );
}

const badId = (id: string): InstrumentError =>
  new InstrumentError(
    'bad-instrument-id',
    'id',
    `${id} is no instrument id; write BTC-PERP, BTC-27MAR26, BTC-27MAR26-60000-C, each with -INVERSE if it pays in coin`,
  );
