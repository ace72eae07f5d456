/**
 * An integer of any length: a float as long as that is exact, which most figures of clearing are, and a bigint beyond. Floats
 * add and multiply without an object made for each. Every integer has one form, so equal ones are equal by `===`; there is no -0.
 */
export type Integer = number | bigint;

/** How what lies between two neighbours is rounded. */
export type Rounding = 'down' | 'ceil' | 'floor' | 'half-even';

/** Up to here a sum or product of floats that comes out as an integer is the exact one. */
const MOST_EXACT = Number.MAX_SAFE_INTEGER;
const MOST_EXACT_BIGINT = BigInt(MOST_EXACT);

/** Powers of ten that are exact as floats. */
const FLOAT_POWERS: readonly number[] = Array.from({ length: 23 }, (_, n) => Number(10n ** BigInt(n)));
const POWERS: readonly bigint[] = Array.from({ length: 256 }, (_, n) => 10n ** BigInt(n));

/** 10 to a whole power of 0 or more. */
export const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent);

const isExact = (float: number): boolean => float <= MOST_EXACT && float >= -MOST_EXACT;

/** The one form of an integer. */
export const integerOf = (value: bigint): Integer =>
  value <= MOST_EXACT_BIGINT && value >= -MOST_EXACT_BIGINT ? Number(value) : value;

export function negated(value: Integer): Integer {
  return typeof value === 'number' ? 0 - value : -value;
}

export function sumOf(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (isExact(sum)) return sum;
  }
  return integerOf(BigInt(a) + BigInt(b));
}

export function productOf(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (isExact(product)) return product + 0;
  }
  return a === 0 || b === 0 ? 0 : BigInt(a) * BigInt(b);
}

/** Times 10 to a power of 0 or more. */
export function shifted(value: Integer, digits: number): Integer {
  if (value === 0) return 0;
  if (typeof value === 'number' && digits < FLOAT_POWERS.length) {
    const product = value * (FLOAT_POWERS[digits] as number);
    if (isExact(product)) return product;
  }
  return BigInt(value) * powerOfTen(digits);
}

/** @returns -1, 0 or 1 */
export const compared = (a: Integer, b: Integer): number => (a < b ? -1 : a > b ? 1 : 0);

/** The float nearest to `value / 10^scale`; none if that takes more than one rounding. */
export function floatOf(value: Integer, scale: number): number | undefined {
  return typeof value === 'number' && scale < FLOAT_POWERS.length ? value / (FLOAT_POWERS[scale] as number) : undefined;
}

/** Without its sign. */
const sizeOf = <Value extends Integer>(value: Value): Value => (value < 0 ? (-value as Value) : value);

/** A float as its bits. */
const BITS = new DataView(new ArrayBuffer(8));
const LOG10_OF_2 = 0.3010299956639812;

/** Decimal digits of an integer; 1 of zero. */
export function digitsOf(value: Integer): number {
  const size = sizeOf(value);
  BITS.setFloat64(0, Number(size));
  const power = (BITS.getUint16(0) >> 4) - 1_023;
  if (power > 1_023) return size.toString().length;
  // Of 2^power; up to twice as much may have one more.
  const least = Math.max(1, Math.floor(power * LOG10_OF_2) + 1);
  return hasAtMost(size, least) ? least : least + 1;
}

/** Whether an integer has no more than so many digits. */
export function hasAtMost(value: Integer, digits: number): boolean {
  if (typeof value === 'number') {
    const limit = FLOAT_POWERS[digits] ?? Infinity;
    return value < limit && value > -limit;
  }
  const limit = powerOfTen(digits);
  return value < limit && value > -limit;
}

/** So many are looked for one after the other: most figures have fewer. */
const FEW_ZEROS = 5;

/** Zeros at the end of an integer other than 0, up to so many. */
export function trailingZeros(value: Integer, most: number): number {
  if (typeof value === 'number') {
    let [rest, zeros] = [value, 0];
    while (zeros < most) {
      const tenth = Math.trunc(rest / 10);
      if (tenth * 10 !== rest) break;
      rest = tenth;
      zeros += 1;
    }
    return zeros;
  }
  if (most === 0 || value % 10n !== 0n) return 0;
  let zeros = 1;
  while (zeros < most && zeros < FEW_ZEROS && value % powerOfTen(zeros + 1) === 0n) zeros += 1;
  if (zeros < FEW_ZEROS) return zeros;
  // An exact quotient ends in forty.
  for (let step = 32; step >= 1; step /= 2) {
    while (zeros + step <= most && value % powerOfTen(zeros + step) === 0n) zeros += step;
  }
  return zeros;
}

/** An integer without its last digits, rounded in the named direction; `digits` is 0 or more. */
export function shortened(value: Integer, digits: number, rounding: Rounding): Integer {
  if (typeof value === 'number' && digits < FLOAT_POWERS.length) {
    const unit = FLOAT_POWERS[digits] as number;
    const rest = value % unit;
    // Of a multiple of the unit, so it is exact.
    const whole = (value - rest) / unit + 0;
    const half = 2 * Math.abs(rest) - unit;
    return rest === 0 ? whole : whole + stepOf(rounding, rest < 0, half > 0 || (half === 0 && whole % 2 !== 0));
  }
  return integerOf(quotientOf(BigInt(value), powerOfTen(digits), rounding));
}

/** The whole number next to a quotient, in the named direction. */
export function quotientOf(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const whole = dividend / divisor;
  const rest = dividend - whole * divisor;
  if (rest === 0n) return whole;
  const half = compared(2n * sizeOf(rest), sizeOf(divisor));
  const step = stepOf(rounding, rest < 0n !== divisor < 0n, half > 0 || (half === 0 && (whole & 1n) === 1n));
  return step === 0 ? whole : step > 0 ? whole + 1n : whole - 1n;
}

/**
 * So many digits a dividend has to be moved by for the whole part of its quotient to have exactly `digits`; below 0 the divisor is to be.
 * @param dividend not 0
 */
export function digitsToQuotient(dividend: Integer, divisor: Integer, digits: number): number {
  const gap = digitsOf(divisor) - digitsOf(dividend);
  // Both as long as the longer: the one that is no less gives a quotient from 1 to 9, which is one digit more.
  const [left, right] = gap >= 0 ? [shifted(dividend, gap), divisor] : [dividend, shifted(divisor, -gap)];
  return digits + gap - (sizeOf(left) >= sizeOf(right) ? 1 : 0);
}

/**
 * What rounding adds to the whole part of a figure that has a rest behind it: -1, 0 or 1.
 * @param isNearerOut whether the neighbour farther from zero is nearer, or as near and even
 */
function stepOf(rounding: Rounding, isNegative: boolean, isNearerOut: boolean): number {
  switch (rounding) {
    case 'down':
      return 0;
    case 'ceil':
      return isNegative ? 0 : 1;
    case 'floor':
      return isNegative ? -1 : 0;
    case 'half-even':
      return isNearerOut ? (isNegative ? -1 : 1) : 0;
  }
}

/** Greatest integer whose square is no more than the value, which is above 0. */
export function rootOf(value: bigint): bigint {
  // Newton's iteration comes down to the root from any start that isn't below it; from a float's root in a few steps.
  const float = Math.sqrt(Number(value));
  let root = Number.isFinite(float) ? BigInt(Math.ceil(float * (1 + 2 ** -50))) : powerOfTen(digitsOf(value));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
