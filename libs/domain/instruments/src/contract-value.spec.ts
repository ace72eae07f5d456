import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { contractValue, notional, optionPayoff, profit } from './contract-value.js';
import type { Option } from './instrument.js';
import { specificationOf } from './instruments.fixtures.js';

const linear = specificationOf('BTC-PERP').instrument;
const inverse = specificationOf('BTC-PERP-INVERSE').instrument;
const option = (id: string): Option => specificationOf(id).instrument as Option;

describe('profit [CLR-INS-010]', () => {
  it('of an inverse long is paid in coin: 10,000 USD from 50,000 to 55,000 (W87)', () => {
    expect(profit(inverse, dec(10_000), dec(50_000), dec(55_000)).toFixed(9)).toBe('0.018181818');
    expect(profit(inverse, dec(-10_000), dec(50_000), dec(55_000)).toFixed(9)).toBe('-0.018181818');
  });

  it.each`
    id                               | quantity | entry      | exit       | expected     | why
    ${'BTC-PERP'}                    | ${'2'}   | ${'50000'} | ${'51000'} | ${'2000'}    | ${'2 x 1,000'}
    ${'BTC-PERP'}                    | ${'-2'}  | ${'50000'} | ${'51000'} | ${'-2000'}   | ${'a short loses what a long gains'}
    ${'BTC-27MAR26'}                 | ${'1'}   | ${'50000'} | ${'49000'} | ${'-1000'}   | ${'a future like a perpetual'}
    ${'BTC-27MAR26-60000-C'}         | ${'10'}  | ${'1500'}  | ${'1750'}  | ${'2500'}    | ${'premium in dollars'}
    ${'BTC-27MAR26-60000-C-INVERSE'} | ${'10'}  | ${'0.03'}  | ${'0.035'} | ${'0.05'}    | ${'premium in coin'}
    ${'BTC-PERP-INVERSE'}            | ${'100'} | ${'50000'} | ${'40000'} | ${'-0.0005'} | ${'100 x (1/50,000 - 1/40,000)'}
  `('$id: $quantity from $entry to $exit is $expected: $why', (row: Record<string, string>) => {
    const { instrument } = specificationOf(row['id'] as string);
    const made = profit(
      instrument,
      dec(row['quantity'] as string),
      dec(row['entry'] as string),
      dec(row['exit'] as string),
    );
    expect(text(made)).toBe(row['expected']);
  });

  it('of an inverse position in dollars is that of a linear one of the same notional', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 1_000_000 }), (entry, exit) => {
        const dollars = profit(inverse, dec(1000), dec(entry), dec(exit)).times(exit);
        const expected = dec(1000)
          .times(exit - entry)
          .div(entry);
        expect(dollars.minus(expected).abs().lte('1e-8')).toBe(true);
      }),
    );
  });

  it.each(['0', '-1', 'NaN', 'Infinity'])('needs a price above zero: not %s', (price) => {
    const bad = expect.objectContaining({ code: 'bad-price' }) as Error;
    expect(() => contractValue(linear, dec(price))).toThrow(bad);
    expect(() => contractValue(inverse, dec(price))).toThrow(bad);
    if (price !== '0') expect(() => contractValue(option('BTC-27MAR26-60000-C'), dec(price))).toThrow(bad);
  });
});

it.each(['NaN', 'Infinity', '-Infinity'])('profit and notional need a number of contracts: not %s', (quantity) => {
  const bad = expect.objectContaining({ code: 'bad-quantity' }) as Error;
  for (const instrument of [linear, inverse, option('BTC-27MAR26-60000-C')]) {
    expect(() => profit(instrument, dec(quantity), dec(1), dec(2))).toThrow(bad);
    expect(() => notional(instrument, dec(quantity), dec(1))).toThrow(bad);
  }
});

describe('notional [CLR-INS-010]', () => {
  it.each(['-1', 'NaN', 'Infinity'])('needs a price of the underlying, of an inverse contract too: not %s', (price) => {
    for (const instrument of [linear, inverse, option('BTC-27MAR26-60000-C')]) {
      expect(() => notional(instrument, dec(1), dec(price))).toThrow(
        expect.objectContaining({ code: 'bad-price', field: 'underlyingPrice' }) as Error,
      );
    }
  });

  it('of an inverse contract does not follow the price', () => {
    expect(text(notional(linear, dec(-2), dec(50_000)))).toBe('100000');
    expect(text(notional(inverse, dec(-2), dec(50_000)))).toBe('2');
    expect(text(notional(option('BTC-27MAR26-60000-C-INVERSE'), dec(-2), dec(50_000)))).toBe('100000');
  });
});

describe('option payoff [CLR-INS-010]', () => {
  it.each`
    id                               | price      | expected   | why
    ${'BTC-27MAR26-60000-C'}         | ${'66000'} | ${'6000'}  | ${'S - K'}
    ${'BTC-27MAR26-60000-C'}         | ${'60000'} | ${'0'}     | ${'exactly at the strike'}
    ${'BTC-27MAR26-60000-C'}         | ${'59999'} | ${'0'}     | ${'never negative'}
    ${'BTC-27MAR26-60000-P'}         | ${'48000'} | ${'12000'} | ${'K - S'}
    ${'BTC-27MAR26-60000-C-INVERSE'} | ${'80000'} | ${'0.25'}  | ${'20,000 / 80,000 coin'}
    ${'BTC-27MAR26-60000-P-INVERSE'} | ${'48000'} | ${'0.25'}  | ${'12,000 / 48,000 coin'}
  `('of $id at $price is $expected: $why', ({ id, price, expected }: Record<string, string>) => {
    expect(text(optionPayoff(option(id as string), dec(price as string)))).toBe(expected);
  });

  it('of a call less that of a put is S - K, and in coin 1 - K / S', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (cents) => {
        const price = dec(cents).div(100);
        const difference = (suffix: string) =>
          optionPayoff(option(`BTC-27MAR26-60000-C${suffix}`), price).minus(
            optionPayoff(option(`BTC-27MAR26-60000-P${suffix}`), price),
          );
        expect(text(difference(''))).toBe(text(price.minus(60_000)));
        expect(difference('-INVERSE').times(price).minus(price.minus(60_000)).abs().lte('1e-12')).toBe(true);
      }),
    );
  });

  it.each(['0', '-5', 'NaN'])('needs a delivery price: not %s', (price) => {
    expect(() => optionPayoff(option('BTC-27MAR26-60000-C'), dec(price))).toThrow('a delivery price is above 0');
  });
});
