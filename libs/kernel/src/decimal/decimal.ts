import { Decimal as DecimalJs } from 'decimal.js';
import {
  compared,
  digitsOf,
  digitsToQuotient,
  floatOf,
  hasAtMost,
  integerOf,
  negated,
  powerOfTen,
  productOf,
  quotientOf,
  rootOf,
  shifted,
  shortened,
  sumOf,
  trailingZeros,
  type Integer,
  type Rounding,
} from './integers.js';

/** Significant digits of a result that is not exact in fewer. */
export const PROFILE_DIGITS = 40;

/** Digits before or behind the point beyond which a figure is infinite or zero: far outside all that is computed with. */
const MOST_DIGITS = 5_000;

/** Computes logarithms and powers, and reads notations that no event has: exponents, infinities. */
const Library = DecimalJs.clone({
  precision: PROFILE_DIGITS,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});

/** Text of a figure in plain notation. */
const PLAIN = /^-?\d+(?:\.\d+)?$/;

/** So many digits are an exact float whatever they are. */
const FLOAT_DIGITS = 15;

/** What an operation takes: a decimal, the text of one, or an integer. Never a computed float. */
export type DecimalValue = Decimal | string | number;

/**
 * A decimal figure: an integer, and how many of its digits stand behind the point. None of these is a trailing zero, so equal figures
 * are equal in their fields. Sums, products and comparisons are those of integers. A result has at most 40 significant digits, rounded
 * half to even; zero has no sign. A quotient by zero is infinite or no number, as of floats, and so is what is computed from it.
 * @see docs/adr/0006-decimals.md
 */
export class Decimal {
  private constructor(
    /** The figure without its point; of an infinite one its sign, of none 0. */
    readonly coefficient: Integer,
    /** Digits behind the point; Infinity of an infinite figure, NaN of none. */
    readonly scale: number,
    /** Significant digits of results of which this is the left side. */
    readonly precision: number,
  ) {}

  /**
   * Reads a figure, with all the digits it has.
   * @throws Error on a text that is no number
   */
  static of(value: DecimalValue): Decimal {
    if (value instanceof Decimal) return value;
    if (typeof value === 'number') {
      return Number.isSafeInteger(value) ? new Decimal(value + 0, 0, PROFILE_DIGITS) : fromLibrary(new Library(value));
    }
    return shortFigure(value) ?? figureOf(value);
  }

  /** `coefficient / 10^scale` with all its digits. */
  static exactly(coefficient: Integer, scale: number, precision: number = PROFILE_DIGITS): Decimal {
    if (scale < 0) return new Decimal(shifted(coefficient, -scale), 0, precision);
    if (coefficient === 0) return new Decimal(0, 0, precision);
    const zeros = trailingZeros(coefficient, scale);
    if (zeros === 0) return new Decimal(coefficient, scale, precision);
    return new Decimal(shortened(coefficient, zeros, 'down'), scale - zeros, precision);
  }

  /** The figure nearest to `coefficient / 10^scale` that has so many significant digits. */
  static #nearest(coefficient: Integer, scale: number, precision: number): Decimal {
    if (hasAtMost(coefficient, precision)) return Decimal.exactly(coefficient, scale, precision);
    const excess = digitsOf(coefficient) - precision;
    if (excess - scale > MOST_DIGITS) return Decimal.#beyond(coefficient < 0 ? -Infinity : Infinity, precision);
    return Decimal.exactly(shortened(coefficient, excess, 'half-even'), scale - excess, precision);
  }

  /** What floats answer where a figure is infinite or none, and where one is too small to be told from zero. */
  static #beyond(float: number, precision: number): Decimal {
    if (Number.isNaN(float)) return new Decimal(0, NaN, precision);
    return float === 0 ? new Decimal(0, 0, precision) : new Decimal(float < 0 ? -1 : 1, Infinity, precision);
  }

  plus(value: DecimalValue): Decimal {
    const { coefficient, scale } = Decimal.of(value);
    return this.#plus(coefficient, scale);
  }

  minus(value: DecimalValue): Decimal {
    const { coefficient, scale } = Decimal.of(value);
    return this.#plus(negated(coefficient), scale);
  }

  #plus(coefficient: Integer, scale: number): Decimal {
    const gap = this.scale - scale;
    if (gap === 0) return Decimal.#nearest(sumOf(this.coefficient, coefficient), scale, this.precision);
    if (gap > 0 && gap < Infinity) return this.#unequal(this.coefficient, shifted(coefficient, gap), this.scale);
    if (gap < 0 && gap > -Infinity) return this.#unequal(coefficient, shifted(this.coefficient, -gap), scale);
    return Decimal.#beyond(signOf(this.coefficient, this.scale) + signOf(coefficient, scale), this.precision);
  }

  /** Sum of two of which only the first has a digit in the last place, so that none can stand there that is a zero. */
  #unequal(longer: Integer, shorter: Integer, scale: number): Decimal {
    const coefficient = sumOf(longer, shorter);
    if (!hasAtMost(coefficient, this.precision)) return Decimal.#nearest(coefficient, scale, this.precision);
    return new Decimal(coefficient, scale, this.precision);
  }

  times(value: DecimalValue): Decimal {
    const other = Decimal.of(value);
    const scale = this.scale + other.scale;
    if (scale <= MOST_DIGITS)
      return Decimal.#nearest(productOf(this.coefficient, other.coefficient), scale, this.precision);
    return Decimal.#beyond(scale < Infinity ? 0 : this.#sign() * other.#sign(), this.precision);
  }

  div(value: DecimalValue): Decimal {
    const other = Decimal.of(value);
    if (!this.isFinite() || !other.isFinite() || other.isZero()) {
      return Decimal.#beyond(this.#sign() / other.#sign(), this.precision);
    }
    if (this.isZero()) return this;
    const more = digitsToQuotient(this.coefficient, other.coefficient, this.precision);
    const scale = this.scale - other.scale + more;
    if (scale > MOST_DIGITS) return Decimal.#beyond(0, this.precision);
    if (scale < -MOST_DIGITS) return Decimal.#beyond(this.#sign() * other.#sign() * Infinity, this.precision);
    const dividend = BigInt(more > 0 ? shifted(this.coefficient, more) : this.coefficient);
    const divisor = BigInt(more < 0 ? shifted(other.coefficient, -more) : other.coefficient);
    return Decimal.exactly(integerOf(quotientOf(dividend, divisor, 'half-even')), scale, this.precision);
  }

  /** @returns no number for a figure below zero */
  sqrt(): Decimal {
    if (!this.isFinite() || this.coefficient <= 0) return Decimal.#beyond(Math.sqrt(this.#sign()), this.precision);
    const more = Math.max(0, 2 * (this.precision + 2) - digitsOf(this.coefficient));
    const even = more + ((this.scale + more) % 2);
    const square = BigInt(this.coefficient) * powerOfTen(even);
    const root = rootOf(square);
    const scale = (this.scale + even) / 2;
    if (root * root === square) return Decimal.#nearest(integerOf(root), scale, this.precision);
    // What was cut off stands behind more digits than are kept: a further digit says that there was something.
    return Decimal.#nearest(root * 10n + 1n, scale + 1, this.precision);
  }

  /** What is left of a division that ends before the point; it has the sign of this. */
  mod(value: DecimalValue): Decimal {
    const other = Decimal.of(value);
    if (!this.isFinite() || !other.isFinite() || other.isZero()) return Decimal.#beyond(NaN, this.precision);
    const scale = Math.max(this.scale, other.scale);
    const dividend = BigInt(shifted(this.coefficient, scale - this.scale));
    const divisor = BigInt(shifted(other.coefficient, scale - other.scale));
    return Decimal.#nearest(integerOf(dividend % divisor), scale, this.precision);
  }

  neg(): Decimal {
    return new Decimal(negated(this.coefficient), this.scale, this.precision);
  }

  abs(): Decimal {
    return this.coefficient < 0 ? this.neg() : this;
  }

  /** Natural logarithm. */
  ln(): Decimal {
    return fromLibrary(toLibrary(this).ln());
  }

  /** e to this power. */
  exp(): Decimal {
    return fromLibrary(toLibrary(this).exp());
  }

  pow(exponent: DecimalValue): Decimal {
    return fromLibrary(toLibrary(this).pow(toLibrary(Decimal.of(exponent))));
  }

  /** @param places digits behind the point, 0 or more */
  toDecimalPlaces(places: number, rounding: Rounding = 'half-even'): Decimal {
    if (!(this.scale > places) || !this.isFinite()) return this;
    return Decimal.exactly(shortened(this.coefficient, this.scale - places, rounding), places, this.precision);
  }

  toSignificantDigits(digits: number, rounding: Rounding = 'half-even'): Decimal {
    if (!this.isFinite()) return this;
    const excess = digitsOf(this.coefficient) - digits;
    if (excess <= 0) return this;
    return Decimal.exactly(shortened(this.coefficient, excess, rounding), this.scale - excess, this.precision);
  }

  /** The same figure; results of which it is the left side have at most so many significant digits. */
  inDigits(precision: number): Decimal {
    return new Decimal(this.coefficient, this.scale, precision);
  }

  /** To the nearest whole number. */
  round(): Decimal {
    return this.toDecimalPlaces(0);
  }

  floor(): Decimal {
    return this.toDecimalPlaces(0, 'floor');
  }

  ceil(): Decimal {
    return this.toDecimalPlaces(0, 'ceil');
  }

  /** @returns -1, 0 or 1; NaN beside no number */
  cmp(value: DecimalValue): number {
    const other = Decimal.of(value);
    const gap = this.scale - other.scale;
    if (gap === 0) return compared(this.coefficient, other.coefficient);
    if (gap > 0 && gap < Infinity) return compared(this.coefficient, shifted(other.coefficient, gap));
    if (gap < 0 && gap > -Infinity) return compared(shifted(this.coefficient, -gap), other.coefficient);
    const [sign, otherSign] = [this.#sign(), other.#sign()];
    return sign === otherSign ? 0 : Math.sign(sign - otherSign);
  }

  eq(value: DecimalValue): boolean {
    return this.cmp(value) === 0;
  }

  gt(value: DecimalValue): boolean {
    return this.cmp(value) > 0;
  }

  gte(value: DecimalValue): boolean {
    return this.cmp(value) >= 0;
  }

  lt(value: DecimalValue): boolean {
    return this.cmp(value) < 0;
  }

  lte(value: DecimalValue): boolean {
    return this.cmp(value) <= 0;
  }

  isZero(): boolean {
    return this.coefficient === 0 && this.scale === 0;
  }

  /** Whether it is below zero. */
  isNegative(): boolean {
    return this.coefficient < 0;
  }

  isFinite(): boolean {
    return this.scale < Infinity;
  }

  isNaN(): boolean {
    return Number.isNaN(this.scale);
  }

  isInteger(): boolean {
    return this.scale === 0;
  }

  /** Digits behind the point, none of them a trailing zero. */
  decimalPlaces(): number {
    return this.scale;
  }

  /** Digits without leading zeros, and without trailing ones behind the point. */
  significantDigits(): number {
    return digitsOf(this.coefficient);
  }

  /** Whether it is finite and has no more than so many digits before the point. */
  hasWholeDigits(most: number): boolean {
    return this.isFinite() && hasAtMost(this.coefficient, most + this.scale);
  }

  /** The float nearest to it. */
  toNumber(): number {
    return floatOf(this.coefficient, this.scale) ?? Number(this.toString());
  }

  /** Plain notation: no exponent, no trailing zeros; with exactly so many digits behind the point if they are told. */
  toFixed(places?: number, rounding: Rounding = 'half-even'): string {
    if (places === undefined || !this.isFinite()) return this.toString();
    const { coefficient, scale } = this.toDecimalPlaces(places, rounding);
    return places === 0 ? coefficient.toString() : pointed(shifted(coefficient, places - scale), places);
  }

  toString(): string {
    if (this.scale === 0) return this.coefficient.toString();
    return this.isFinite() ? pointed(this.coefficient, this.scale) : String(this.#sign());
  }

  toJSON(): string {
    return this.toString();
  }

  /** As a float that stands for it where a figure is infinite or none. */
  #sign(): number {
    return signOf(this.coefficient, this.scale);
  }
}

function signOf(coefficient: Integer, scale: number): number {
  if (Number.isNaN(scale)) return NaN;
  const sign = compared(coefficient, 0);
  return scale === Infinity ? sign * Infinity : sign;
}

/** Text of an integer with a point before its last digits, one or more. */
function pointed(coefficient: Integer, digits: number): string {
  const all = (coefficient < 0 ? -coefficient : coefficient).toString().padStart(digits + 1, '0');
  return `${coefficient < 0 ? '-' : ''}${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

const [MINUS, POINT, NOUGHT, NINE] = [0x2d, 0x2e, 0x30, 0x39];

/** A figure in plain notation with so few digits that a float holds them, as nearly all in events; undefined of any other text. */
function shortFigure(value: string): Decimal | undefined {
  const [first, last] = [value.charCodeAt(0) === MINUS ? 1 : 0, value.length - 1];
  if (last < first || last >= FLOAT_DIGITS) return undefined;
  let [coefficient, scale] = [0, 0];
  for (let n = first; n <= last; n += 1) {
    const sign = value.charCodeAt(n);
    if (sign >= NOUGHT && sign <= NINE) coefficient = coefficient * 10 + (sign - NOUGHT);
    else if (sign === POINT && scale === 0 && n > first && n < last) scale = last - n;
    else return undefined;
  }
  return Decimal.exactly(first === 1 ? negated(coefficient) : coefficient, scale);
}

/** @throws Error on a text that is no number */
function figureOf(value: string): Decimal {
  if (!PLAIN.test(value)) return fromLibrary(new Library(value));
  const point = value.indexOf('.');
  if (point < 0) return Decimal.exactly(integerOf(BigInt(value)), 0);
  return Decimal.exactly(integerOf(BigInt(value.slice(0, point) + value.slice(point + 1))), value.length - point - 1);
}

const toLibrary = (value: Decimal): DecimalJs => new Library(value.toString());

function fromLibrary(value: DecimalJs): Decimal {
  if (value.isFinite() && value.e <= MOST_DIGITS)
    return value.e < -MOST_DIGITS ? Decimal.of(0) : Decimal.of(value.toFixed());
  return Decimal.of(value.isNaN() ? 0 : value.s).div(0);
}
