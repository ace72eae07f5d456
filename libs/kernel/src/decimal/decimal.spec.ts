import { describe, expect, it } from '@jest/globals';
import { Decimal as DecimalJs } from 'decimal.js';
import fc from 'fast-check';
import { Decimal } from './decimal.js';

/** The arithmetic that ours is held against, digit by digit. */
const Reference = DecimalJs.clone({
  precision: 40,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
  modulo: DecimalJs.ROUND_DOWN,
});

const DIRECTIONS = {
  down: DecimalJs.ROUND_DOWN,
  ceil: DecimalJs.ROUND_CEIL,
  floor: DecimalJs.ROUND_FLOOR,
  'half-even': DecimalJs.ROUND_HALF_EVEN,
} as const;

/** Text of a figure of the library; zero has no sign with us. */
const said = (value: DecimalJs): string => (value.isZero() ? '0' : value.toString());

/** The longest integers that are exact floats, and their neighbours. */
const AROUND_FLOATS = ['9007199254740990', '9007199254740991', '9007199254740992', '9007199254740993'];

const signed = (digits: string, point: number, negative: boolean): string => {
  const padded = digits.padStart(point + 1, '0');
  const whole = padded.slice(0, padded.length - point);
  return `${negative && /[1-9]/.test(digits) ? '-' : ''}${whole}${point === 0 ? '' : `.${padded.slice(padded.length - point)}`}`;
};
const ofDigits = (most: number) =>
  fc.oneof(
    fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`)),
    // Round figures, nines that carry, and halves.
    fc
      .tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom('0', '9', '5', '49', '50', '51'), fc.nat({ max: most }))
      .map(([head, tail, length]) => (String(head) + tail.repeat(length)).slice(0, most)),
  );
/** Figures as they come, up to those of 40 digits and longer ones as an input may have. */
const figure = fc
  .tuple(
    fc.oneof(ofDigits(8), ofDigits(17), fc.constantFrom(...AROUND_FLOATS), ofDigits(41), ofDigits(90)),
    fc.nat({ max: 60 }),
    fc.boolean(),
  )
  .map(([digits, point, negative]) => signed(digits, point, negative));

const RUNS = { numRuns: 500 };

describe('the decimal', () => {
  it.each(['plus', 'minus', 'times', 'div', 'mod'] as const)('%s is that of decimal.js in every digit', (operation) => {
    fc.assert(
      fc.property(figure, figure, (a, b) => {
        expect(Decimal.of(a)[operation](b).toString()).toBe(said(new Reference(a)[operation](b)));
      }),
      RUNS,
    );
  });

  it.each(['plus', 'minus', 'times', 'div', 'sqrt'] as const)(
    '%s of results is that of decimal.js too',
    (operation) => {
      fc.assert(
        fc.property(figure, figure, figure, (a, b, c) => {
          const ours = Decimal.of(a).div(b);
          const theirs = new Reference(a).div(b);
          if (operation === 'sqrt') expect(ours.sqrt().toString()).toBe(said(theirs.sqrt()));
          else
            expect(ours[operation](Decimal.of(c).sqrt()).toString()).toBe(
              said(theirs[operation](new Reference(c).sqrt())),
            );
        }),
        RUNS,
      );
    },
  );

  it('takes roots as decimal.js does, of squares exactly', () => {
    fc.assert(
      fc.property(figure, (a) => {
        expect(Decimal.of(a).sqrt().toString()).toBe(said(new Reference(a).sqrt()));
        const square = new Reference(a).times(a);
        expect(Decimal.of(square.toString()).sqrt().toString()).toBe(said(square.sqrt()));
      }),
      RUNS,
    );
  });

  it.each(Object.keys(DIRECTIONS) as (keyof typeof DIRECTIONS)[])('rounds %s as decimal.js does', (direction) => {
    fc.assert(
      fc.property(figure, fc.nat({ max: 45 }), (a, digits) => {
        const [ours, theirs, mode] = [Decimal.of(a), new Reference(a), DIRECTIONS[direction]];
        expect(ours.toDecimalPlaces(digits, direction).toString()).toBe(said(theirs.toDecimalPlaces(digits, mode)));
        expect(ours.toFixed(digits, direction)).toBe(theirs.toFixed(digits, mode).replace(/^-(?=[0.]*$)/, ''));
        expect(ours.toSignificantDigits(digits + 1, direction).toString()).toBe(
          said(theirs.toSignificantDigits(digits + 1, mode)),
        );
      }),
      RUNS,
    );
  });

  it('tells itself and compares as decimal.js does', () => {
    fc.assert(
      fc.property(figure, figure, (a, b) => {
        const [ours, theirs] = [Decimal.of(a), new Reference(a)];
        expect([ours.cmp(b), Decimal.of(b).cmp(a), ours.cmp(a)]).toEqual([theirs.cmp(b), new Reference(b).cmp(a), 0]);
        expect([ours.toString(), ours.toFixed(), JSON.stringify(ours)]).toEqual([
          said(theirs),
          said(theirs),
          JSON.stringify(said(theirs)),
        ]);
        expect(ours.toNumber() + 0).toBe(theirs.toNumber() + 0);
        expect([ours.decimalPlaces(), ours.isInteger(), ours.isZero()]).toEqual([
          theirs.decimalPlaces(),
          theirs.isInteger(),
          theirs.isZero(),
        ]);
        expect(ours.isNegative()).toBe(theirs.lt(0));
        expect([ours.neg(), ours.abs(), ours.floor(), ours.ceil(), ours.round()].map(String)).toEqual(
          [theirs.neg(), theirs.abs(), theirs.floor(), theirs.ceil(), theirs.round()].map(said),
        );
      }),
      RUNS,
    );
  });

  it('has equal fields where it is equal, whatever it came from', () => {
    fc.assert(
      fc.property(figure, figure, (a, b) => {
        const value = Decimal.of(a).plus(b);
        expect(value).toEqual(Decimal.of(value.toString()));
        expect(value.times('0.5').times(2)).toEqual(Decimal.of(value.times('0.5').times(2).toString()));
      }),
    );
  });

  it.each`
    left           | operation  | right         | result
    ${'1'}         | ${'div'}   | ${'0'}        | ${'Infinity'}
    ${'-1'}        | ${'div'}   | ${'0'}        | ${'-Infinity'}
    ${'0'}         | ${'div'}   | ${'0'}        | ${'NaN'}
    ${'1'}         | ${'div'}   | ${'Infinity'} | ${'0'}
    ${'Infinity'}  | ${'times'} | ${'0'}        | ${'NaN'}
    ${'Infinity'}  | ${'times'} | ${'-2.5'}     | ${'-Infinity'}
    ${'Infinity'}  | ${'minus'} | ${'Infinity'} | ${'NaN'}
    ${'Infinity'}  | ${'plus'}  | ${'Infinity'} | ${'Infinity'}
    ${'5'}         | ${'minus'} | ${'Infinity'} | ${'-Infinity'}
    ${'NaN'}       | ${'plus'}  | ${'1'}        | ${'NaN'}
    ${'5'}         | ${'mod'}   | ${'0'}        | ${'NaN'}
    ${'Infinity'}  | ${'cmp'}   | ${'Infinity'} | ${'0'}
    ${'-Infinity'} | ${'cmp'}   | ${'-1e999'}   | ${'-1'}
    ${'1'}         | ${'cmp'}   | ${'NaN'}      | ${'NaN'}
    ${'1e-999'}    | ${'cmp'}   | ${'-1e999'}   | ${'1'}
  `('$left $operation $right is $result', ({ left, operation, right, result }: Record<string, string>) => {
    const name = operation as 'plus' | 'minus' | 'times' | 'div' | 'mod' | 'cmp';
    expect(String(Decimal.of(left as string)[name](right as string))).toBe(result);
    expect(said(new Reference(new Reference(left as string)[name](right as string)))).toBe(result);
  });

  it('is infinite or zero beyond 5,000 digits', () => {
    expect(String(Decimal.of('-1e4999').times('1e4999'))).toBe('-Infinity');
    expect(String(Decimal.of('-1e-4999').times('1e-4999'))).toBe('0');
    expect(String(Decimal.of('1e-4999').div('-1e4999'))).toBe('0');
    expect(String(Decimal.of('-1e9000000000'))).toBe('-Infinity');
  });

  it('has no root below zero', () => {
    expect(Decimal.of(-4).sqrt().isNaN()).toBe(true);
    expect(String(Decimal.of(0).sqrt())).toBe('0');
  });

  it.each(['1e-8', '+5', '.5', '5.', '1e21', '-0', '0x10'])('reads %s as decimal.js does', (written) => {
    expect(String(Decimal.of(written))).toBe(said(new Reference(written)));
  });

  it.each(['', ' 5', '1,5', '--1', 'five'])('refuses %j, which is no number', (written) => {
    expect(() => Decimal.of(written)).toThrow('Invalid argument');
  });

  it('keeps as many digits as its left side is told to', () => {
    expect(Decimal.of(2).inDigits(60).div(3).toString()).toBe(`0.${'6'.repeat(59)}7`);
    expect(Decimal.of(2).inDigits(60).div(3).inDigits(40).times(1).toString()).toBe(`0.${'6'.repeat(39)}7`);
  });

  it('takes logarithms and powers of decimal.js', () => {
    expect(Decimal.of('1.01').ln().toString()).toBe(new Reference('1.01').ln().toString());
    expect(Decimal.of('-0.25').exp().toString()).toBe(new Reference('-0.25').exp().toString());
    expect(Decimal.of('0.5').pow('0.125').toString()).toBe(new Reference('0.5').pow('0.125').toString());
  });
});
