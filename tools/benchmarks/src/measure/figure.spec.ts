import { describe, expect, it } from '@jest/globals';
import { figure, type Bound } from './figure.js';
import { median } from './median.js';

const draft = { part: 'append', what: 'batches', value: 60, unit: 'events/s', note: '' } as const;
const reference = { what: 'bare insert', value: 100, unit: 'events/s' } as const;

describe('a figure beside its bound', () => {
  it.each<[why: string, bound: Bound, met: boolean]>([
    ['60 of 100 is exactly the share aimed at', { of: 'ratio', kind: 'at least', limit: 0.6 }, true],
    ['60 of 100 is less than the share aimed at', { of: 'ratio', kind: 'at least', limit: 0.61 }, false],
    ['0.6 times the floor is below the multiple allowed', { of: 'ratio', kind: 'at most', limit: 1.5 }, true],
    ['0.6 times the floor is above the multiple allowed', { of: 'ratio', kind: 'at most', limit: 0.5 }, false],
    ['the value itself is exactly the limit', { of: 'value', kind: 'at least', limit: 60 }, true],
    ['the slowest hundredth counts, not the median', { of: 'p99', kind: 'at most', limit: 70 }, false],
  ])('%s', (_why, bound, met) => {
    expect(figure({ ...draft, reference, bound, p99: 90 }).met).toBe(met);
  });

  it('is held against nothing where there is no bound', () => {
    expect(figure(draft)).toMatchObject({ ratio: null, bound: null, met: null });
  });

  it('takes the ratio of the rounds where it is given, not that of the medians', () => {
    expect(figure({ ...draft, reference, ratio: 0.7 }).ratio).toBe(0.7);
  });
});

describe('the middle of several rounds', () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('of no rounds is an error', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
