import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText } from './canonical.js';
import { InvariantViolation } from './invariant.js';

describe('canonical text [CLR-LOG-013]', () => {
  it.each([
    [{ b: 1, a: 'x' }, '{"a":"x","b":1}'],
    [{ z: [1, null, true], ä: { y: '', x: undefined } }, '{"z":[1,null,true],"ä":{"y":""}}'],
    [[], '[]'],
    ['"\\\n\u2028', '"\\"\\\\\\n\u2028"'],
    [-0, '0'],
    [{ 9: 'x', 10: 'y' }, '{"10":"y","9":"x"}'],
    [{ a: undefined, b: '\ud800' }, '{"b":"\\ud800"}'],
    [
      {
        a: new (class {
          readonly amount = 1;
          toJSON(): string {
            return 'another';
          }
        })(),
      },
      '{"a":{"amount":1}}',
    ],
  ])('%j is written %s', (value, expected) => {
    expect(canonicalText(value)).toBe(expected);
  });

  it.each([[1.5], [Number.NaN], [2 ** 53], [() => 1], [undefined], [10n]])(
    'refuses %p: no float gets into a hash',
    (value) => {
      expect(() => canonicalText({ value: value === undefined ? [undefined] : value })).toThrow(InvariantViolation);
    },
  );

  it('is the same of records whose fields were written in order, which are not sorted again', () => {
    const inOrder = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(inOrder);
      if (typeof value !== 'object' || value === null) return value;
      const fields = Object.entries(value).map(([key, field]) => [key, inOrder(field)] as const);
      return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
    };
    const whole = fc
      .jsonValue({ noUnicodeString: false })
      .map(
        (value) =>
          JSON.parse(
            JSON.stringify(value, (_key, field: unknown) =>
              typeof field === 'number' ? Math.trunc(field % 1e9) : field,
            ),
          ) as unknown,
      );
    fc.assert(fc.property(whole, (value) => expect(canonicalText(inOrder(value))).toBe(canonicalText(value))));
  });

  it('does not depend on the order in which fields were written, and JSON reads it back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean())), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalText(reversed)).toBe(canonicalText(record));
        expect(JSON.parse(canonicalText(record))).toEqual(JSON.parse(JSON.stringify(record)));
      }),
    );
  });
});
