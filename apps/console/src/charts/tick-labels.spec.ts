import fc from 'fast-check';
import { roundTicks } from './round-ticks.js';
import { amountTicks, countTicks, moveTicks, numberTicks, percentTicks, type TickLabels } from './tick-labels.js';

describe('what the ticks of an axis are called', () => {
  it.each<[string, TickLabels, number[], string[]]>([
    ['a narrow band of prices', amountTicks, [7_628, 7_630, 7_632], ['7,628', '7,630', '7,632']],
    ['amounts', amountTicks, [0, 10_000, 20_000], ['0', '10k', '20k']],
    ['millions', amountTicks, [0, 500_000, 1_000_000], ['0', '0.5M', '1.0M']],
    ['losses', amountTicks, [-500, 0, 500], ['−500', '0', '500']],
    ['fractions', amountTicks, [0, 0.02, 0.04], ['0', '0.02', '0.04']],
    ['a scalar that hardly moved', numberTicks, [1.051, 1.052], ['1.051', '1.052']],
    ['a constant rate', percentTicks, [0.000095, 0.0001, 0.000105], ['0.0095 %', '0.0100 %', '0.0105 %']],
    ['counts', countTicks, [0, 0.5, 1], ['0', '', '1']],
    ['moves', moveTicks, [-0.1, 0, 0.1], ['−10 %', '0 %', '+10 %']],
  ])('%s', (_, labels, ticks, names) => {
    expect(labels(ticks)).toEqual(names);
  });

  it('differ wherever the ticks do', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-2, max: 1e6, noNaN: true }),
        (low, width) => {
          const ticks = roundTicks(low, low + width);
          for (const labels of [amountTicks, numberTicks, percentTicks, moveTicks]) {
            expect(new Set(labels(ticks)).size).toBe(ticks.length);
          }
        },
      ),
    );
  });
});
