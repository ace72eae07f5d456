import { describe, expect, it } from '@jest/globals';
import { dec, text } from './decimal.js';
import { isWholeMinorUnits, roundMoney, roundUsd, roundUpToLot, type RoundingRule } from './money.js';

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

  it('knows the minor unit of every asset', () => {
    expect(text(roundMoney(dec('0.123456789'), 'BTC', 'collateral'))).toBe('0.12345678');
    expect(isWholeMinorUnits(dec('1.01'), 'USD')).toBe(true);
    expect(isWholeMinorUnits(dec('1.011'), 'USD')).toBe(false);
  });

  it('rounds liquidation lots up, but never beyond what is held', () => {
    expect(text(roundUpToLot(dec('0.00011'), dec('0.0001'), dec('1')))).toBe('0.0002');
    expect(text(roundUpToLot(dec('0.99995'), dec('0.0001'), dec('0.99997')))).toBe('0.99997');
  });
});
