import type { SurfaceJump } from '@ballast/facts';
import { MINUTE_MS, instantOf } from '@ballast/kernel';
import fc from 'fast-check';
import { surfaceJump } from './surface-jump.js';

const RULES = { band: 1.5, holdMs: 10 * MINUTE_MS };
const NINE = instantOf('2026-03-01T09:00:00Z');
/** Volatilities of a chain minute by minute, each published as it is believed; the minutes in which it is not. */
function unbelieved(volatilities: readonly number[]): readonly number[] {
  let last = volatilities[0] as number;
  let jump: SurfaceJump | null = null;
  return volatilities.flatMap((volatility, minute) => {
    jump = surfaceJump(volatility, last, NINE + minute * MINUTE_MS, jump ?? undefined, RULES);
    if (jump === null) last = volatility;
    return jump === null ? [] : [minute];
  });
}

const minutes = (count: number, volatility: number): readonly number[] =>
  Array.from({ length: count }, () => volatility);

describe('the volatility that a chain makes [CLR-PRC-057]', () => {
  it.each([
    [1.5, null],
    [1.50000001, '1.50000001'],
    [0.24, null],
    [0.23999999, '0.23999999'],
    [6, '6'],
    [0.06, '0.06'],
  ])('of %s after 0.6 is believed, or not: %s', (volatility, found) => {
    expect(surfaceJump(volatility, 0.6, NINE, undefined, RULES)?.volatility ?? null).toBe(found);
  });

  it('is believed after ten minutes beyond the band, and at once when it is back', () => {
    expect(unbelieved([0.5, ...minutes(12, 2)])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(unbelieved([0.5, ...minutes(3, 5), 0.5, ...minutes(2, 0.05), 0.6])).toEqual([1, 2, 3, 5, 6]);
  });

  it('begins its wait anew when it wanders further', () => {
    expect(unbelieved([0.1, ...minutes(5, 0.5), ...minutes(12, 2)])).toEqual(
      Array.from({ length: 15 }, (_, minute) => minute + 1),
    );
  });

  it('is followed however far it drifts, if no step leaves the band', () => {
    const step = fc.double({ min: 0.41, max: 2.49, noNaN: true });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const drift = steps.reduce<readonly number[]>(
          (path, factor) => [...path, Math.min(20, Math.max(0.01, (path.at(-1) as number) * factor))],
          [0.5],
        );
        expect(unbelieved(drift)).toEqual([]);
      }),
    );
  });

  it('of any steps is out of belief for at most the hold at one level', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        (a, b) => {
          const waits = unbelieved([a, ...minutes(12, b)]);
          const isNear = b <= 2.5 * a && a <= 2.5 * b;
          if (Math.abs(Math.log(b / a)) - Math.log(2.5) > 1e-9 || isNear) expect(waits).toHaveLength(isNear ? 0 : 10);
        },
      ),
    );
  });
});
