import fc from 'fast-check';
import { partsOf } from './long-answer.interceptor.js';

const written = (answer: object): string => [...partsOf(answer)].join('');

describe('a long answer [CLR-MRG-065]', () => {
  it('has the text that it has when it is written whole', () => {
    const long = (value: unknown) => Array.from({ length: 101 }, () => value);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (fields, entry) => {
        const answer = { ...fields, grid: long(entry) };
        expect(written(answer)).toBe(JSON.stringify(answer));
        expect(written(fields)).toBe(JSON.stringify(fields));
      }),
      { numRuns: 50 },
    );
    for (const odd of [{}, { none: undefined, a: 1 }, { grid: long(undefined) }, { grid: long({ at: new Date(0) }) }]) {
      expect(written(odd)).toBe(JSON.stringify(odd));
    }
  });

  it('comes in parts none of which holds more than an entry of its long list', () => {
    const answer = { grid: Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'x'.repeat(1_000) })) };
    const parts = [...partsOf(answer)];
    expect(parts).toHaveLength(1_003);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(1_100);
  });
});
