import { describe, expect, it } from '@jest/globals';
import { ModelInputError } from '@ballast/kernel';
import { type RefusalNames, refusalName, refusing } from './refusal.js';

const NAMES: RefusalNames = {
  'size-invalid': { name: 'InvalidSize', words: /size|amount/i },
  'state-invalid': { words: /state/i },
};

describe('a refusal is called', () => {
  it.each([
    ['as the files call our code', { error: 'InvalidSize' }, 'InvalidSize'],
    ['by any words that speak of it', { error: 'amount too large' }, 'amount too large'],
    ['by its own name where the case names another refusal that we know', { error: 'InvalidState' }, 'InvalidSize'],
    ['by its own name where the case names another code of ours', { error: 'state-invalid' }, 'InvalidSize'],
    ['by a word that speaks of none of our codes', { error: 'Overflow' }, 'Overflow'],
    ['by a word that speaks of several', { error: 'SizeOfStateInvalid' }, 'SizeOfStateInvalid'],
    ['true', { error: true }, true],
    ['by its own name where a figure was expected', { amount: '1' }, 'InvalidSize'],
    ['by its own name where nothing was', undefined, 'InvalidSize'],
  ])('%s', (_what, expected, name) => {
    expect(refusalName('size-invalid', expected, NAMES)).toBe(name);
  });

  it('by our code where the files have no name for it', () => {
    expect(refusalName('state-invalid', { error: 'InvalidSize' }, NAMES)).toBe('state-invalid');
  });
});

describe('a runner whose input is refused', () => {
  const runners = refusing(
    {
      refused: () => {
        throw new ModelInputError('size-invalid', 'size', 'size: is zero; give one above');
      },
      broken: () => {
        throw new Error('a defect');
      },
    },
    NAMES,
  );
  const run = (kind: string, expected: unknown) => () =>
    runners[kind]!({ id: 'x', kind, params: {}, inputs: {}, expected });

  it('answers a case that expects an error', () => {
    expect(run('refused', { error: 'InvalidSize' })()).toEqual({ error: 'InvalidSize' });
    expect(run('refused', { error: 'InvalidState' })()).toEqual({ error: 'InvalidSize' });
  });

  it('fails a case that expects a figure, with field and remedy', () => {
    expect(run('refused', { amount: '1' })).toThrow('size: is zero; give one above');
  });

  it('never takes a defect for a refusal', () => {
    expect(run('broken', { error: 'InvalidSize' })).toThrow('a defect');
  });
});
