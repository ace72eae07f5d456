import { ForwardReader } from './rebuild.js';
import { fill } from './tally.fixtures.js';
import type { LogEntry } from '@ballast/event-sourcing';

const entries = Array.from({ length: 2_500 }, (_, index) => fill(index + 1, 1));

const reading = (all: readonly LogEntry[]) => {
  const reads: number[] = [];
  const reader = new ForwardReader({
    read: async (_log, _partition, after, limit) => {
      reads.push(after);
      return all.slice(after, after + limit);
    },
  });
  const between = async (after: number, upTo: number): Promise<number[]> => {
    const positions: number[] = [];
    for await (const { position } of reader.between('exchange.fills', 0, after, upTo)) positions.push(position);
    return positions;
  };
  return { reads, between };
};

describe('reading a source forward', () => {
  it('gives what stands between two positions, in order, and reads each page once', async () => {
    const { reads, between } = reading(entries);
    expect(await between(0, 3)).toEqual([1, 2, 3]);
    expect(await between(3, 3)).toEqual([]);
    const rest = await between(3, 2_500);
    expect([rest.length, rest[0], rest.at(-1)]).toEqual([2_497, 4, 2_500]);
    expect(reads).toEqual([0, 1_000, 2_000]);
  });

  it('fails when a source ends before what was applied of it', async () => {
    const { between } = reading(entries.slice(0, 2));
    await expect(between(0, 3)).rejects.toThrow('exchange.fills/0 ends before position 3, which was applied');
  });

  it('fails when a source has a hole', async () => {
    const { between } = reading([fill(1, 1), fill(3, 1)]);
    await expect(between(0, 3)).rejects.toThrow('expected position 2, read 3');
  });
});
