import fc from 'fast-check';
import { newestFirst } from './newest-first.js';

const at = (position: number) => ({ position });

it('what was told when the first page was asked for comes once, newest first, while more is told [CLR-LST-001]', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      (positions, limit) => {
        const told = [...positions].sort((a, b) => a - b).map(at);
        const seen: number[] = [];
        for (let after: number | null = null, more = 100; ; more += 1) {
          const { items, next }: ReturnType<typeof newestFirst> = newestFirst([...told], { after, limit });
          seen.push(...items.map(({ position }) => position));
          if (next === null) break;
          after = Number(next);
          told.push(at(more));
        }
        expect(seen).toEqual([...positions].sort((a, b) => b - a));
      },
    ),
  );
});
