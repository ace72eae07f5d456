import type { TextForm } from './text-form.js';

// Plain notation: no exponent, no plus sign, no leading zeros, no negative zero. What `dec` reads and `text` writes.

/** 40 digits of the kernel profile, their leading zeros, point and sign, and products of two such figures. */
const LONGEST_DECIMAL = 100;

/** Signed. */
export const DECIMAL: TextForm = {
  title: 'decimal',
  pattern: /^(?!-0(\.0+)?$)-?(0|[1-9]\d*)(\.\d+)?$/,
  longest: LONGEST_DECIMAL,
  remedy: 'write a decimal as text in plain notation, such as "-12.5": no exponent, no plus sign, no leading zeros',
  example: '-12.5',
};

/** Zero or more. */
export const NON_NEGATIVE_DECIMAL: TextForm = {
  title: 'decimal >= 0',
  pattern: /^(0|[1-9]\d*)(\.\d+)?$/,
  longest: LONGEST_DECIMAL,
  remedy: 'write a decimal >= 0 as text in plain notation, such as "12.5": no sign, no exponent, no leading zeros',
  example: '12.5',
};

/** More than zero. */
export const POSITIVE_DECIMAL: TextForm = {
  title: 'decimal > 0',
  pattern: /^(?!0(\.0+)?$)(0|[1-9]\d*)(\.\d+)?$/,
  longest: LONGEST_DECIMAL,
  remedy: 'write a decimal > 0 as text in plain notation, such as "12.5": no sign, no exponent, no leading zeros',
  example: '12.5',
};

/**
 * Zero or more, with at most so many digits before and after the point: for figures that are multiplied exactly later.
 * @param whole most digits before the point
 * @param fraction most digits after it
 */
export const nonNegativeDecimalOf = (whole: number, fraction: number): TextForm => ({
  title: 'decimal >= 0',
  pattern: new RegExp(`^(0|[1-9]\\d{0,${whole - 1}})(\\.\\d{1,${fraction}})?$`),
  longest: whole + 1 + fraction,
  bounded: true,
  remedy: `write a decimal >= 0 as text in plain notation, at most ${whole} digits before and ${fraction} after the point`,
  example: '12.5',
});
