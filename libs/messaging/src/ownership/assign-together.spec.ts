import fc from 'fast-check';
import { assignTogether } from './assign-together.js';

const group = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 9 })
  .chain((members) =>
    fc
      .tuple(
        fc.integer({ min: 1, max: 64 }),
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 70 }), { maxLength: 20 }), {
          minLength: members.length,
          maxLength: members.length,
        }),
      )
      .map(([partitions, claims]) => ({
        partitions,
        claims: new Map(members.map((member, i) => [member, claims[i] as number[]])),
      })),
  );

describe('the assignment of partitions to workers', () => {
  it('gives every partition to exactly one worker, evenly, whatever they claim', () => {
    fc.assert(
      fc.property(group, ({ claims, partitions }) => {
        const assigned = [...assignTogether(claims, partitions).values()];
        expect(assigned.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: partitions }, (_, p) => p));
        const sizes = assigned.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not depend on the order in which the members are listed', () => {
    fc.assert(
      fc.property(group, ({ claims, partitions }) => {
        const reversed = new Map([...claims].reverse());
        const sorted = (assigned: ReadonlyMap<string, readonly number[]>) => Object.fromEntries(assigned);
        expect(sorted(assignTogether(reversed, partitions))).toEqual(sorted(assignTogether(claims, partitions)));
      }),
    );
  });

  it.each`
    claims                                    | expected                                     | why
    ${{ a: [], b: [] }}                       | ${{ a: [0, 1, 2, 3], b: [4, 5, 6, 7] }}      | ${'a new group'}
    ${{ a: [0, 1, 2, 3, 4, 5, 6, 7], b: [] }} | ${{ a: [0, 1, 2, 3], b: [4, 5, 6, 7] }}      | ${'a second worker: half of them move'}
    ${{ a: [1, 3, 5, 7], b: [0, 2, 4, 6] }}   | ${{ a: [1, 3, 5, 7], b: [0, 2, 4, 6] }}      | ${'nothing changed: nothing moves'}
    ${{ b: [4, 5, 6, 7] }}                    | ${{ b: [0, 1, 2, 3, 4, 5, 6, 7] }}           | ${'a worker left: the other one takes its share'}
    ${{ a: [0, 1], b: [0, 1], c: [7] }}       | ${{ a: [0, 1, 2], b: [3, 4, 5], c: [6, 7] }} | ${'claimed twice: the first one keeps it'}
  `('$claims -> $expected: $why', ({ claims, expected }: { claims: Record<string, number[]>; expected: object }) => {
    expect(Object.fromEntries(assignTogether(new Map(Object.entries(claims)), 8))).toEqual(expected);
  });
});
