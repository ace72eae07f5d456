import fc from 'fast-check';
import { Pace } from './pace.js';

/** Walks through times; what it tells is in the order in which it came to them. */
async function walk(pace: Pace, times: readonly number[], reached: number[]): Promise<void> {
  for (const time of times) {
    await pace.reach(time);
    reached.push(time);
    // As who reads: others have their turn meanwhile.
    await Promise.resolve();
  }
  pace.leave();
}

describe('the pace of replays that read each other [CLR-LOG-064]', () => {
  it('lets whoever is furthest behind go on, and all come to their ends', async () => {
    const walks = fc.array(fc.array(fc.integer({ min: 0, max: 50 })), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(walks, async (unsorted) => {
        const sorted = unsorted.map((times) => times.sort((a, b) => a - b));
        const reached: number[] = [];
        const pace = new Pace(sorted.length);
        await Promise.all(sorted.map((times) => walk(pace, times, reached)));
        expect(reached).toEqual(sorted.flat().sort((a, b) => a - b));
      }),
    );
  });

  it('lets one alone go on without waiting', () => {
    const pace = new Pace(1);
    expect(pace.reach(5)).toBeUndefined();
    expect(pace.reach(7)).toBeUndefined();
  });

  it('lets the others go on when one stops early', async () => {
    const pace = new Pace(2);
    const reached: number[] = [];
    const other = walk(pace, [1, 2, 3], reached);
    pace.leave();
    await other;
    expect(reached).toEqual([1, 2, 3]);
  });
});
