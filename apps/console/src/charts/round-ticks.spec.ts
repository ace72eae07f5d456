import fc from 'fast-check';
import { roundTicks } from './round-ticks.js';

describe('ticks of an axis', () => {
  it.each`
    low     | high    | ticks
    ${-0.3} | ${0.3}  | ${[-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]}
    ${0}    | ${10}   | ${[0, 2, 4, 6, 8, 10]}
    ${-961} | ${1600} | ${[-500, 0, 500, 1000, 1500]}
    ${5}    | ${5}    | ${[5]}
  `('from $low to $high are $ticks', ({ low, high, ticks }: { low: number; high: number; ticks: number[] }) => {
    expect(roundTicks(low, high)).toEqual(ticks);
  });

  it('lie within the range, rise, and are neither none nor many', () => {
    const bound = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(bound, fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (low, width) => {
        const ticks = roundTicks(low, low + width);
        const slack = Math.abs(low) * 1e-9 + width * 1e-6;
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(ticks.every((tick) => tick >= low - slack && tick <= low + width + slack)).toBe(true);
      }),
    );
  });
});
