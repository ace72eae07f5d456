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
  ])('%j is written %s', (value, expected) => {
    expect(canonicalText(value)).toBe(expected);
  });

  it.each([[1.5], [Number.NaN], [2 ** 53], [() => 1], [undefined], [10n]])(
    'refuses %p: no float gets into a hash',
    (value) => {
      expect(() => canonicalText({ value: value === undefined ? [undefined] : value })).toThrow(InvariantViolation);
    },
  );

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
