import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DECIMAL, matches } from '../forms/index.js';
import type { Decimal } from './decimal.js';
import { clamp, dec, maxOf, minOf, sum, text } from './figures.js';

describe('decimals of the named profile', () => {
  it.each`
    value                                         | expected                                      | why
    ${'1e-8'}                                     | ${'0.00000001'}                               | ${'never an exponent'}
    ${'-0'}                                       | ${'0'}                                        | ${'no negative zero in a hashed text'}
    ${'1.500'}                                    | ${'1.5'}                                      | ${'one text per value'}
    ${'1234567890123456789012345678901234567890'} | ${'1234567890123456789012345678901234567890'} | ${'40 digits are kept'}
  `('writes $value as $expected: $why', ({ value, expected }: Record<string, string>) => {
    expect(text(dec(value as string))).toBe(expected);
  });

  it.each`
    value                              | why
    ${dec('0').div(0)}                 | ${'0 / 0, a deficit shared by positions that bear nothing'}
    ${dec('1').div(0)}                 | ${'a quotient by zero'}
    ${dec('-1').div(0)}                | ${'the same below zero'}
    ${dec('0').times(dec('1').div(0))} | ${'what is computed from one is none either'}
    ${dec('1e60')}                     | ${'a quotient by almost nothing'}
    ${dec('-1e9000000000')}            | ${'a text that no memory holds'}
  `('is written for no figure that is none: $why [CLR-LOG-035]', ({ value }) => {
    expect(() => text(value as Decimal)).toThrow('is no figure');
  });

  it('is written up to the longest that a schema takes [CLR-LOG-035]', () => {
    const longest = dec(`-${'9'.repeat(60)}.${'9'.repeat(38)}`);
    expect(matches(DECIMAL, text(longest))).toBe(true);
  });

  it('keeps 40 digits and rounds half to even beyond', () => {
    expect(text(dec(2).div(3))).toBe(`0.${'6'.repeat(39)}7`);
    // The 41st digit is exactly a half: to the even neighbour, once down and once up.
    expect(text(dec(`1.${'0'.repeat(38)}05`).times(1))).toBe('1');
    expect(text(dec(`1.${'0'.repeat(38)}15`).times(1))).toBe(`1.${'0'.repeat(38)}2`);
  });

  it('compares, clamps and sums without leaving the profile', () => {
    expect(text(minOf(dec('2'), dec('-1'), dec('3')))).toBe('-1');
    expect(text(maxOf(dec('2'), dec('-1'), dec('3')))).toBe('3');
    expect(text(clamp(dec('9'), dec('0'), dec('5')))).toBe('5');
    expect(text(sum([dec('0.1'), dec('0.2')]))).toBe('0.3');
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.integer({ min: 0, max: 9 }),
        (units, digits) => {
          const value = dec(units.toString()).div(dec(10).pow(digits));
          expect(dec(text(value)).eq(value)).toBe(true);
        },
      ),
    );
  });
});
