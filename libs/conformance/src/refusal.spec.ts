import { describe, expect, it } from '@jest/globals';
import { refusalName } from './refusal.js';

const NAMES = { 'size-invalid': 'InvalidSize', 'state-invalid': 'InvalidState' };

describe('a refusal is called', () => {
  it.each([
    ['as the files call our code', { error: 'InvalidSize' }, 'InvalidSize'],
    ['as the files call our code, not another', { error: 'InvalidState' }, 'InvalidSize'],
    ['by a word that they use for none of our codes', { error: 'ZeroFillAmount' }, 'ZeroFillAmount'],
    ['true', { error: true }, true],
    ['by its own name where a figure was expected', { amount: '1' }, 'InvalidSize'],
    ['by its own name where nothing was', undefined, 'InvalidSize'],
  ])('%s', (_what, expected, name) => {
    expect(refusalName('size-invalid', expected, NAMES)).toBe(name);
  });
});
