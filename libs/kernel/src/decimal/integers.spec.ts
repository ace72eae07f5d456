import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compared,
  digitsOf,
  digitsToQuotient,
  hasAtMost,
  integerOf,
  negated,
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

const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);
/** Integers of all lengths, many of them on either side of where floats end to be exact. */
const anInteger = fc.oneof(
  fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
  fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
  fc.bigInt({ min: -3n, max: 3n }).chain((by) => fc.constantFrom(MOST_EXACT + by, -MOST_EXACT - by)),
  fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n }),
);
/** The one form of what bigints come to. */
const isForm = (value: Integer, expected: bigint): void => {
  expect(value).toBe(expected <= MOST_EXACT && expected >= -MOST_EXACT ? Number(expected) : expected);
};
const RUNS = { numRuns: 2_000 };

describe('integers under decimals', () => {
  it('come to what bigints come to, a float where that is exact and a bigint elsewhere', () => {
    fc.assert(
      fc.property(anInteger, anInteger, fc.nat({ max: 30 }), (a, b, digits) => {
        const [x, y] = [integerOf(a), integerOf(b)];
        isForm(x, a);
        isForm(negated(x), -a);
        isForm(sumOf(x, y), a + b);
        isForm(productOf(x, y), a * b);
        isForm(shifted(x, digits), a * 10n ** BigInt(digits));
        expect(compared(x, y)).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(hasAtMost(x, digits + 1)).toBe(String(a).replace('-', '').length <= digits + 1);
        expect(digitsOf(x)).toBe(String(a).replace('-', '').length);
      }),
      RUNS,
    );
  });

  it.each(['down', 'ceil', 'floor', 'half-even'] as const)('are shortened %s as their quotient is', (rounding) => {
    fc.assert(
      fc.property(anInteger, fc.nat({ max: 30 }), (value, digits) => {
        isForm(shortened(integerOf(value), digits, rounding), quotientOf(value, 10n ** BigInt(digits), rounding));
      }),
      RUNS,
    );
  });

  it.each<[Rounding, bigint, bigint, bigint]>([
    ['half-even', 5n, 2n, 2n],
    ['half-even', 7n, 2n, 4n],
    ['half-even', -5n, 2n, -2n],
    ['half-even', 7n, -2n, -4n],
    ['half-even', 8n, 3n, 3n],
    ['ceil', 7n, 3n, 3n],
    ['ceil', -7n, 3n, -2n],
    ['floor', 7n, -3n, -3n],
    ['floor', 7n, 3n, 2n],
    ['down', -7n, 3n, -2n],
  ])('have a whole number %s next to %s / %s: %s', (rounding, dividend, divisor, whole) => {
    expect(quotientOf(dividend, divisor, rounding)).toBe(whole);
  });

  it('are moved until their quotient has so many digits', () => {
    const aDivisor = anInteger.filter((value) => value !== 0n);
    fc.assert(
      fc.property(aDivisor, aDivisor, (a, b) => {
        const more = digitsToQuotient(integerOf(a), integerOf(b), 40);
        const [dividend, divisor] = more > 0 ? [a * 10n ** BigInt(more), b] : [a, b * 10n ** BigInt(-more)];
        expect(String(dividend / divisor).replace('-', '')).toHaveLength(40);
      }),
      RUNS,
    );
  });

  it('are counted in digits, beside powers of ten and of two too', () => {
    const counted = (value: bigint) => expect(digitsOf(value)).toBe(String(value).replace('-', '').length);
    for (let n = 0; n < 400; n++) {
      for (const near of [10n ** BigInt(n), 2n ** BigInt(n)]) for (const by of [-1n, 0n, 1n]) counted(-(near + by));
    }
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 330n), max: 10n ** 330n }), counted));
  });

  it('have roots to the last whole number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 90n }), (value) => {
        for (const square of [value, value * value, value * value - 1n, value * value + 1n].filter((n) => n > 0n)) {
          const root = rootOf(square);
          expect(root * root <= square && square < (root + 1n) * (root + 1n)).toBe(true);
        }
      }),
    );
    const beyondFloats = 10n ** 400n + 12_345n;
    expect(rootOf(beyondFloats)).toBe(10n ** 200n);
  });

  it('end in so many zeros', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 20n }),
        fc.nat({ max: 90 }),
        fc.nat({ max: 90 }),
        (head, n, most) => {
          const value = head * 10n ** BigInt(n);
          expect(trailingZeros(-value, most)).toBe(Math.min(most, /0*$/.exec(String(value))?.[0].length ?? 0));
        },
      ),
    );
  });
});
