import fc from 'fast-check';
import type { LogEntry } from '@ballast/event-sourcing';
import { PageCache } from './page-cache.js';

const entries = (count: number): LogEntry[] =>
  Array.from({ length: count }, (_, index) => ({ position: index + 1 }) as LogEntry);

const cached = (all: readonly LogEntry[]) => {
  const reads: string[] = [];
  const cache = new PageCache({
    read: async (log, partition, after, limit) => {
      reads.push(`${log}/${partition} ${after}`);
      return all.slice(after, after + limit);
    },
  });
  return { reads, cache };
};

describe('the pages that replay shares', () => {
  it('reads a full page once, for whoever needs a part of it', async () => {
    const { reads, cache } = cached(entries(1_200));
    expect((await cache.read('pricing', -1, 10, 5)).map(({ position }) => position)).toEqual([11, 12, 13, 14, 15]);
    await cache.read('pricing', -1, 499, 1_000);
    await cache.read('pricing', -1, 500, 1_000);
    await cache.read('margin', -1, 500, 1_000);
    expect(reads).toEqual(['pricing/-1 0', 'pricing/-1 500', 'margin/-1 500']);
  });

  it('looks again behind the last page, which may have grown', async () => {
    const all = entries(3);
    const { reads, cache } = cached(all);
    expect(await cache.read('pricing', -1, 0, 9)).toHaveLength(3);
    expect(await cache.read('pricing', -1, 1, 9)).toHaveLength(2);
    expect(reads).toHaveLength(1);
    expect(await cache.read('pricing', -1, 3, 9)).toEqual([]);
    all.push(...entries(4).slice(3));
    expect(await cache.read('pricing', -1, 3, 9)).toHaveLength(1);
    expect(await cache.read('pricing', -1, 0, 9)).toHaveLength(4);
    expect(reads).toHaveLength(3);
  });

  it('forgets the pages that were not used for longest', async () => {
    const { reads, cache } = cached(entries(60_000));
    for (let page = 0; page <= 96; page++) {
      await cache.read('pricing', -1, page * 500, 1);
      await cache.read('pricing', -1, 0, 1);
    }
    expect(reads).toHaveLength(97);
    await cache.read('pricing', -1, 500, 1);
    expect(reads.at(-1)).toBe('pricing/-1 500');
    expect(reads).toHaveLength(98);
  });

  it('keeps fewer pages where entries are large, and always the newest', async () => {
    // 15 million characters a page: three of them are within the limit, a fourth is not.
    const payload = { values: '0'.repeat(30_000) };
    const all = entries(2_500).map((entry) => ({ ...entry, payload }));
    const { reads, cache } = cached(all);
    for (const after of [0, 500, 1_000, 0, 1_500, 0, 1_000, 500]) await cache.read('pricing', -1, after, 1);
    expect(reads).toEqual(['pricing/-1 0', 'pricing/-1 500', 'pricing/-1 1000', 'pricing/-1 1500', 'pricing/-1 500']);
    const { reads: again, cache: small } = cached(all.map((entry) => ({ ...entry, payload: '0'.repeat(300_000) })));
    await small.read('pricing', -1, 0, 1);
    await small.read('pricing', -1, 1, 1);
    expect(again).toEqual(['pricing/-1 0']);
  });

  it('gives what the log gives, read forward in any strides', async () => {
    const strides = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_600 }), strides, async (count, limits) => {
        const all = entries(count);
        const { cache } = cached(all);
        const read: LogEntry[] = [];
        for (let turn = 0; ; turn++) {
          const page = await cache.read('pricing', -1, read.length, limits[turn % limits.length] as number);
          if (page.length === 0) break;
          read.push(...page);
        }
        expect(read).toEqual(all);
      }),
      { numRuns: 25 },
    );
  });
});
