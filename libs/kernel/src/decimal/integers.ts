/** How what lies between two neighbours is rounded. */
export type Rounding = 'down' | 'ceil' | 'floor' | 'half-even';

const POWERS: readonly bigint[] = Array.from({ length: 256 }, (_, n) => 10n ** BigInt(n));

/** 10 to a whole power of 0 or more. */
export const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent);

/** A float as its bits. */
const BITS = new DataView(new ArrayBuffer(8));
const LOG10_OF_2 = 0.3010299956639812;

/** Decimal digits of an integer; 1 of zero. */
export function digitsOf(value: bigint): number {
  const size = value < 0n ? -value : value;
  BITS.setFloat64(0, Number(size));
  const power = (BITS.getUint16(0) >> 4) - 1_023;
  if (power > 1_023) return size.toString().length;
  // Of 2^power; up to twice as much may have one more.
  const least = Math.max(1, Math.floor(power * LOG10_OF_2) + 1);
  return size < powerOfTen(least) ? least : least + 1;
}

/** So many are looked for one after the other: most figures have fewer. */
const FEW_ZEROS = 5;

/** Zeros at the end of an integer other than 0, up to so many. */
export function trailingZeros(value: bigint, most: number): number {
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
export function shortened(value: bigint, digits: number, rounding: Rounding): bigint {
  const unit = powerOfTen(digits);
  const whole = value / unit;
  const rest = value - whole * unit;
  if (rest === 0n) return whole;
  switch (rounding) {
    case 'down':
      return whole;
    case 'ceil':
      return rest > 0n ? whole + 1n : whole;
    case 'floor':
      return rest < 0n ? whole - 1n : whole;
    case 'half-even': {
      const twice = rest < 0n ? -2n * rest : 2n * rest;
      if (twice < unit || (twice === unit && (whole & 1n) === 0n)) return whole;
      return rest < 0n ? whole - 1n : whole + 1n;
    }
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
