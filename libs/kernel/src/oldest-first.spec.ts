import fc from 'fast-check';
import { OldestFirst } from './oldest-first.js';

describe('the oldest keys of a map', () => {
  it('are told as the map itself has them first, whatever is set again, deleted and added meanwhile', () => {
    const step = fc.record({ key: fc.nat({ max: 40 }), act: fc.constantFrom('set', 'last', 'delete') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.integer({ min: 1, max: 20 }), (steps, most) => {
        const map = new Map<number, number>();
        const oldest = new OldestFirst(map);
        for (const [n, { key, act }] of steps.entries()) {
          if (act !== 'set') map.delete(key);
          if (act !== 'delete') map.set(key, n);
          if (map.size <= most) continue;
          const [first] = map.keys();
          expect(oldest.next()).toBe(first);
          map.delete(first as number);
        }
      }),
    );
  });
});
