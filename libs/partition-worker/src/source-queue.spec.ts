import fc from 'fast-check';
import { fill } from './tally.fixtures.js';
import { SourceQueue } from './source-queue.js';

const queue = (applied = 0): SourceQueue => new SourceQueue({ log: 'exchange.fills', partition: 0, rank: 0 }, applied);

describe('the queue of a source', () => {
  it.each([
    [3, 'duplicate', 'applied before'],
    [4, 'taken', 'the next one'],
    [5, 'hole', 'position 4 is missing'],
  ])('behind position 3, position %i is a %s: %s', (position, offered) => {
    expect(queue(3).offer(fill(position, 1))).toBe(offered);
  });

  it('takes an entry once, also when it arrives again after it was applied', () => {
    const fills = queue();
    expect(fills.offer(fill(1, 1))).toBe('taken');
    expect(fills.offer(fill(1, 1))).toBe('duplicate');
    expect(fills.take().position).toBe(1);
    expect(fills.offer(fill(1, 1))).toBe('duplicate');
    expect([fills.length, fills.arrived, fills.peek()]).toEqual([0, 1, undefined]);
  });

  it('gives every entry once and in order, whatever is sent again and however taking interleaves', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant('take' as const))), (script) => {
        const fills = queue();
        const taken: number[] = [];
        for (const each of script) {
          if (each !== 'take') fills.offer(fill(each, 1));
          else if (fills.length > 0) taken.push(fills.take().position);
        }
        while (fills.length > 0) taken.push(fills.take().position);
        expect(taken).toEqual(Array.from({ length: fills.arrived }, (_, index) => index + 1));
      }),
    );
  });

  it('keeps its order beyond the size at which it gives memory back', () => {
    const fills = queue();
    for (let position = 1; position <= 3_000; position++) fills.offer(fill(position, 1));
    for (let position = 1; position <= 3_000; position++) expect(fills.take().position).toBe(position);
    expect(fills.length).toBe(0);
  });
});
