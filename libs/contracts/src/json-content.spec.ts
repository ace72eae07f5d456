import fc from 'fast-check';
import { canonicalText } from '@ballast/kernel';
import { contentFault } from './json-content.js';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('what could not be kept, whatever its schema', () => {
  it.each([
    ['a fraction', '{"rates": [1, {"BTC": 0.5}]}', 'rates[1].BTC', 'is 0.5'],
    ['a number that no double holds', '[9007199254740993]', 'body[0]', 'is 9007199254740992'],
    ['a number beyond all of them', '{"a": 1e400}', 'a', 'is Infinity'],
  ])('%s is refused with its place', (_, text, field, message) => {
    expect(contentFault(JSON.parse(text), 'body')).toMatchObject({ field, message });
  });

  it.each([65, 100_000])('%s levels of lists are refused, and read without a level of ours for each', (levels) => {
    expect(contentFault(nested(64), 'body')).toBeUndefined();
    expect(contentFault(nested(levels), 'body')?.message).toBe('stands 64 levels deep');
  });

  it('is nothing that has a canonical text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        if (contentFault(value, 'body') === undefined) expect(typeof canonicalText(value)).toBe('string');
        else expect(() => canonicalText(value)).toThrow('not a safe integer');
      }),
    );
  });
});
