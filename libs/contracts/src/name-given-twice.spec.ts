import fc from 'fast-check';
import { nameGivenTwice } from './name-given-twice.js';

describe('a JSON text', () => {
  it.each<[string, string | undefined]>([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a":{"b":1,"b":1}}', 'b'],
    ['[{"a":1},{"a":1}]', undefined],
    ['{"a":{"a":1},"b":"a"}', undefined],
    ['{"a":"{\\"b\\":1,\\"b\\":2}"}', undefined],
    ['{"a":["b","b"],"b":1}', undefined],
    ['{"":1,"":2}', ''],
    ['{"a":1,', undefined],
    ['"a":"a":', undefined],
  ])('%s has twice: %s', (text, name) => {
    expect(nameGivenTwice(text)).toBe(name);
  });

  it('of a text whose quotation marks never pair is over after one reading', () => {
    // Read to its end from each of them it would take minutes.
    expect(nameGivenTwice('"a\\'.repeat(200_000))).toBeUndefined();
  });

  it('of any value has no name twice, and one with its first name again has', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(nameGivenTwice(JSON.stringify(value))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (fields) => {
        const name = Object.keys(fields)[0] as string;
        const text = `${JSON.stringify(fields).slice(0, -1)},${JSON.stringify(name)}:0}`;
        expect(nameGivenTwice(text)).toBe(name);
      }),
    );
  });
});
