import fc from 'fast-check';
import { seriesQuery } from '@ballast/contracts';
import { decimated, type Measured } from './decimated.js';

const measured = (equity: readonly number[], turned: readonly number[] = []): Measured => ({
  equity,
  cushion: equity.map((value, each) => value - each),
  turned: equity.map((_, each) => turned.includes(each)),
});

describe('the points of a series that are drawn', () => {
  it('are all of them while there is room', () => {
    expect(decimated(measured([1, 2, 3, 4]), 1, 4, 20)).toEqual([1, 2, 3]);
    expect(decimated(measured([]), 0, 0, 20)).toEqual([]);
  });

  it('are never more than asked for, ascending and inside the range, with least and greatest among them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 20, max: 120 }),
        fc.array(fc.nat(400), { maxLength: 60 }),
        (equity, most, turned) => {
          const series = measured(equity, turned);
          const kept = decimated(series, 0, equity.length, most);
          expect(kept.length).toBeLessThanOrEqual(most);
          expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
          expect(kept.every((each) => each >= 0 && each < equity.length)).toBe(true);
          for (const values of [series.equity, series.cushion]) {
            const drawn = kept.map((each) => values[each] as number);
            expect(Math.min(...drawn)).toBe(Math.min(...values));
            expect(Math.max(...drawn)).toBe(Math.max(...values));
          }
        },
      ),
    );
  });

  it('are at most 4,000 of a year of minutes, which is as many as may be asked for', () => {
    const year = Array.from({ length: 525_600 }, (_, minute) => Math.round(1_000 * Math.sin(minute / 97)));
    const turns = Array.from({ length: 9_000 }, (_, each) => each * 58);
    expect(decimated(measured(year, turns), 0, year.length, 4_000).length).toBeLessThanOrEqual(4_000);
    expect(seriesQuery.safeParse({ points: 4_000 }).success).toBe(true);
    expect(seriesQuery.safeParse({ points: 4_001 }).success).toBe(false);
  });

  it('hold a step where it stands: the turn and the point before it', () => {
    const flat = Array.from({ length: 1_000 }, () => 5);
    const kept = decimated(measured(flat, [613]), 0, 1_000, 40);
    expect(kept).toEqual(expect.arrayContaining([0, 612, 613, 999]));
  });
});
