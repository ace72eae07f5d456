import fc from 'fast-check';
import { partByName, partByPosition } from './list-parts.js';

/** Asks for part after part while the list changes before each. */
function partsOf<Key extends string | number>(
  lists: readonly (readonly Key[])[],
  limit: number,
  part: (items: readonly Key[], wanted: { after: Key | null; limit: number }) => readonly Key[],
): readonly Key[] {
  const seen: Key[] = [];
  for (let after: Key | null = null, turn = 0; ; turn += 1) {
    const next = part(lists[Math.min(turn, lists.length - 1)] ?? [], { after, limit });
    seen.push(...next);
    if (next.length < limit) return seen;
    after = next.at(-1) as Key;
  }
}

const itself = <Key>(item: Key): Key => item;

describe('what stands in a list throughout is in exactly one part of it [CLR-LST-001]', () => {
  it('by name, whatever else comes, goes and changes places between two parts', () => {
    const name = fc.string({ minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 30 }),
        fc.array(fc.uniqueArray(name, { maxLength: 30 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        (stays, others, limit) => {
          // Those that stay stand wherever they happen to be.
          const lists = others.map((each, turn) => {
            const all = [...new Set([...stays, ...each])];
            return turn % 2 === 0 ? all : all.reverse();
          });
          const seen = partsOf(lists, limit, (items, wanted) => partByName(items, itself, wanted));
          expect(seen.filter((each) => stays.includes(each)).sort()).toEqual([...stays].sort());
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
    );
  });

  it('by position, whatever leaves it or is added to its end between two parts', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 30 }),
        fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 30 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        (stays, others, limit) => {
          const lists = others.map((each) => [...new Set([...stays, ...each])].sort((a, b) => a - b));
          const seen = partsOf(lists, limit, (items, wanted) => partByPosition(items, itself, wanted));
          expect(seen.filter((each) => stays.includes(each))).toEqual([...stays].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('and not more of it is made than is wanted', () => {
    let made = 0;
    const items = function* () {
      for (let position = 1; ; position += 1) {
        made += 1;
        yield position;
      }
    };
    expect(partByPosition(items(), itself, { after: 2, limit: 3 })).toEqual([3, 4, 5]);
    expect(made).toBeLessThanOrEqual(6);
  });
});
