import fc from 'fast-check';
import { dec, text } from '@ballast/kernel';
import { discountAt } from './auction-price.js';

const DUTCH = {
  ...{
    startingShare: '0.95',
    fastCutoffShare: '0.7',
    fastLengthMs: 900_000,
    slowLengthMs: 43_200_000,
    stepMs: 450_000,
  },
};
const opened = (dutch: typeof DUTCH | null) => ({ dutch, mostDiscount: '0.02', openedAt: 1_000_000 });
const at = (ms: number, dutch: typeof DUTCH | null = DUTCH): string => text(discountAt(opened(dutch), 1_000_000 + ms));

describe('what an auction gives at a moment [CLR-LIQ-071] [CLR-LQM-001]', () => {
  // The shares of W27, of 2 % of the notional that may be given up.
  it.each([
    [0, '0.001'],
    [449_999, '0.001'],
    [450_000, '0.0035'],
    [900_000, '0.006'],
    [900_000 + 21_600_000, '0.013'],
    [900_000 + 43_200_000, '0.02'],
    [9_000_000_000, '0.02'],
  ])('after %d ms it is %s', (ms, expected) => {
    expect(at(ms)).toBe(expected);
  });

  it('is all that equity bears while bids are sealed', () => {
    expect([at(0, null), at(900_000, null)]).toEqual(['0.02', '0.02']);
  });

  it('is rounded toward the debtor, to 8 digits', () => {
    expect(
      text(discountAt({ ...opened({ ...DUTCH, startingShare: '0.666' }), mostDiscount: '0.00000008' }, 1_000_000)),
    ).toBe('0.00000002');
  });

  it('never falls, and never is more than the most', () => {
    const length = fc.integer({ min: 1, max: 3_600_000 });
    fc.assert(
      fc.property(
        fc.record({ fastLengthMs: length, slowLengthMs: length, stepMs: length }),
        fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })),
        fc.tuple(fc.integer({ min: 0, max: 9_000_000 }), fc.integer({ min: 0, max: 9_000_000 })),
        (lengths, [one, other], [a, b]) => {
          const [cutoff, start] = [Math.min(one, other), Math.max(one, other)];
          const dutch = { ...lengths, startingShare: `${start / 100}`, fastCutoffShare: `${cutoff / 100}` };
          const [early, late] = [Math.min(a, b), Math.max(a, b)].map((ms) => dec(at(ms, dutch)));
          expect(early!.gte(0) && early!.lte(late!) && late!.lte('0.02')).toBe(true);
        },
      ),
    );
  });
});
