import { dec, Decimal, type DecimalString, ModelInputError } from '@ballast/kernel';

/** Magnitudes the sweep takes, apart from 0: products of three of them neither overflow nor leave the normal floats. */
export const LEAST_MAGNITUDE = 1e-90;
export const GREATEST_MAGNITUDE = 1e90;

/** ECMAScript fixes the float of a numeral of up to 20 significant digits; beyond, engines may differ in the last bit. */
const PORTABLE_DIGITS = 20;

/**
 * The float64 nearest to a decimal, the same on every engine, off by at most (1 + 2^-10) * 2^-53 of the value: the rounding to
 * 20 digits adds less than 2^-10 of the unit roundoff.
 *
 * @param field what the value is, for the message
 * @throws ModelInputError `sweep-not-a-number`, `sweep-out-of-range` (0 is in range)
 * @see docs/spec/sweep-bound.md
 */
export function sweepFloat(value: Decimal | DecimalString, field: string): number {
  const exact = typeof value === 'string' ? decimalOf(value, field) : value;
  if (!exact.isFinite()) throw new ModelInputError('sweep-not-a-number', field, `${field} must be a finite decimal`);
  if (exact.isZero()) return 0;
  const float = Number(exact.toSignificantDigits(PORTABLE_DIGITS, Decimal.ROUND_HALF_EVEN).toString());
  checkRange(float, field);
  return float;
}

/** @throws ModelInputError unless the float is 0 or of a magnitude that the sweep's bound covers */
export function checkRange(float: number, field: string): void {
  const size = Math.abs(float);
  if (float === 0 || (size >= LEAST_MAGNITUDE && size <= GREATEST_MAGNITUDE)) return;
  throw new ModelInputError(
    Number.isNaN(float) ? 'sweep-not-a-number' : 'sweep-out-of-range',
    field,
    `${field} is ${float}: give 0 or a magnitude from ${LEAST_MAGNITUDE} to ${GREATEST_MAGNITUDE}`,
  );
}

function decimalOf(value: DecimalString, field: string): Decimal {
  try {
    return dec(value);
  } catch {
    throw new ModelInputError('sweep-not-a-number', field, `${field} must be a finite decimal, not "${value}"`);
  }
}
