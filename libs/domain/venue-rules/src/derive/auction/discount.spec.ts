import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { terms } from './auction.fixtures.js';
import { discountMultiplier } from './discount.js';

describe('the share of its worth that an account is offered at [CLR-LQM-001]', () => {
  it.each([
    ['at the start', '0', '0.95'],
    ['7.5 minutes', '450', '0.825'],
    ['15 minutes: fast phase over', '900', '0.7'],
    ['6 h 15: half of the slow phase', '22500', '0.35'],
    ['12 h 15: over', '44100', '0'],
    ['later', '90000', '0'],
  ])('W27, %s', (_when, elapsed, expected) => {
    const derive = terms({
      startingShare: '0.95',
      fastCutoffShare: '0.7',
      fastLengthSeconds: '900',
      slowLengthSeconds: '43200',
    });
    expect(text(discountMultiplier(dec(elapsed), derive))).toBe(expected);
  });

  const lengths = fc.record({
    start: fc.integer({ min: 0, max: 100 }),
    drop: fc.integer({ min: 0, max: 100 }),
    fast: fc.integer({ min: 1, max: 3_000 }),
    slow: fc.integer({ min: 1, max: 50_000 }),
    elapsed: fc.integer({ min: 0, max: 60_000 }),
  });

  it('never rises and never jumps: a second changes it by at most the steeper of the two slopes', () => {
    fc.assert(
      fc.property(lengths, ({ start, drop, fast, slow, elapsed }) => {
        const starting = dec(start).div(100);
        const cutoff = starting.times(100 - drop).div(100);
        const given = terms({
          startingShare: text(starting),
          fastCutoffShare: text(cutoff),
          fastLengthSeconds: `${fast}`,
          slowLengthSeconds: `${slow}`,
        });
        const now = discountMultiplier(dec(elapsed), given);
        const next = discountMultiplier(dec(elapsed + 1), given);
        const steepest = starting.minus(cutoff).div(fast).plus(cutoff.div(slow));
        expect(next.lte(now) && next.gte(0) && now.lte(starting)).toBe(true);
        expect(now.minus(next).lte(steepest.plus('1e-35'))).toBe(true);
      }),
    );
  });

  it('before its start there is no auction', () => {
    expect(() => discountMultiplier(dec('-1'), terms())).toThrow('after its start');
  });
});

describe('terms of an auction', () => {
  it.each([
    ['startingShare', { startingShare: '1.01' }],
    ['fastCutoffShare', { startingShare: '0.7', fastCutoffShare: '0.8' }],
    ['fastLengthSeconds', { fastLengthSeconds: '0' }],
    ['slowLengthSeconds', { slowLengthSeconds: 'Infinity' }],
    ['insolventLengthSeconds', { insolventLengthSeconds: 'NaN' }],
    ['liquidatorFeeRate', { liquidatorFeeRate: '-0.1' }],
    ['bufferShare', { bufferShare: '-0.1' }],
    ['wholeBelowWorth', { wholeBelowWorth: 'NaN' }],
  ])('%s out of its range is refused', (field, given) => {
    expect(() => terms(given)).toThrow(expect.objectContaining({ code: 'auction-terms-out-of-range', field }));
  });
});
