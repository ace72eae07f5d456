import { describe, expect, it } from '@jest/globals';
import { dec, text } from './decimal/figures.js';
import { roundAmount, roundUsd, type RoundingRule } from './money.js';

describe('rounding is policy', () => {
  it.each`
    rule             | amount       | expected    | why
    ${'requirement'} | ${'10.001'}  | ${'10.01'}  | ${'what is asked goes up'}
    ${'requirement'} | ${'10.01'}   | ${'10.01'}  | ${'exact stays'}
    ${'fee'}         | ${'0.0001'}  | ${'0.01'}   | ${'a fee goes up to the minor unit'}
    ${'equity'}      | ${'10.019'}  | ${'10.01'}  | ${'what is credited goes down'}
    ${'equity'}      | ${'-10.011'} | ${'-10.02'} | ${'down is toward minus infinity'}
    ${'credit'}      | ${'-0.001'}  | ${'-0.01'}  | ${'a loss is rounded against the client'}
    ${'neutral'}     | ${'0.005'}   | ${'0'}      | ${'half to even'}
    ${'neutral'}     | ${'0.015'}   | ${'0.02'}   | ${'half to even'}
  `('$rule of $amount is $expected: $why', ({ rule, amount, expected }: Record<string, string>) => {
    expect(text(roundUsd(dec(amount as string), rule as RoundingRule))).toBe(expected);
  });

  it('cuts at the digits of an asset, which its document says', () => {
    expect(text(roundAmount(dec('0.123456789'), 8, 'collateral'))).toBe('0.12345678');
    expect(text(roundAmount(dec('0.123456789'), 0, 'charge'))).toBe('1');
  });
});
