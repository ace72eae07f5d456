import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digitsOf, rootOf, trailingZeros } from './integers.js';

describe('integers under decimals', () => {
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
