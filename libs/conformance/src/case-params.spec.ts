import { describe, expect, it } from '@jest/globals';
import { resolveParams } from './case-params.js';

const sets = {
  flat: { mm: '0.05' },
  auction: { fast: { fee: '0.02' }, slow: { fee: '0' } },
  margin: { pmrm: { imFactor: '1.3' } },
};

describe('the parameters of a case stand for sets of its file', () => {
  it.each([
    ['a name is the set of that name', 'flat', { mm: '0.05' }],
    ['a name under the key of a group is a set of that group', { auction: 'fast' }, { auction: { fee: '0.02' } }],
    [
      'several groups at once',
      { auction: 'slow', margin: 'pmrm' },
      { auction: { fee: '0' }, margin: { imFactor: '1.3' } },
    ],
    ['a name under any other key is a set of the file', { any: 'flat' }, { any: { mm: '0.05' } }],
    ['figures in place stay', { imf: '0.2', nested: { x: '1' } }, { imf: '0.2', nested: { x: '1' } }],
    ['a figure under the key of a group is a figure', { margin: '0.5' }, { margin: '0.5' }],
    ['a set given in place under the key of a group stays', { auction: { fee: '1' } }, { auction: { fee: '1' } }],
    ['none are no parameters', undefined, {}],
  ])('%s', (_why, params, expected) => {
    expect(resolveParams(params, sets)).toEqual(expected);
  });

  it.each([
    ['nowhere', 'params: the file has no parameter set "nowhere"'],
    [{ auction: 'nowhere' }, 'params.auction: the file has no parameter set "nowhere"'],
    ['toString', 'params: the file has no parameter set "toString"'],
  ])('a name that the file does not have is refused: %j', (params, message) => {
    expect(() => resolveParams(params, sets)).toThrow(message);
  });
});
