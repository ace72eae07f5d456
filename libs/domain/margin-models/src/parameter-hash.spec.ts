import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parameterHash, requireParameterHash } from './parameter-hash.js';

describe('a parameter document', () => {
  it('has one hash in whatever order its keys stand, and another with any other figure', () => {
    const documents = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.integer().map(String), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(documents, (document) => {
        const entries = Object.entries(document);
        expect(parameterHash(Object.fromEntries([...entries].reverse()))).toBe(parameterHash(document));
        const [key, figure] = entries[0]!;
        expect(parameterHash({ ...document, [key]: `${figure}0` })).not.toBe(parameterHash(document));
      }),
    );
  });

  it('that is not the one announced is refused with both hashes', () => {
    const [announced, given] = [{ rate: '0.01' }, { rate: '0.02' }];
    expect(() => requireParameterHash(announced, parameterHash(announced))).not.toThrow();
    expect(() => requireParameterHash(given, parameterHash(announced))).toThrow(
      expect.objectContaining({
        code: 'parameters-hash-mismatch',
        field: 'parametersHash',
        message: expect.stringContaining(`hashes to ${parameterHash(given)}, not to ${parameterHash(announced)}`),
      }),
    );
  });
});
