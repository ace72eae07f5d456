import type { EventLog } from './event-log.js';
import { readPartition } from './read-partition.js';

/** A log with so many entries in its partition 3, as far as a reader sees one. */
const logOf = (size: number): EventLog =>
  ({
    read: (partition: number, after: number, limit: number) =>
      Promise.resolve(
        Array.from({ length: Math.max(0, Math.min(limit, (partition === 3 ? size : 0) - after)) }, (_, n) => ({
          position: after + n + 1,
        })),
      ),
  }) as unknown as EventLog;

async function positionsOf(entries: AsyncIterable<{ position: number }>): Promise<number[]> {
  const positions: number[] = [];
  for await (const { position } of entries) positions.push(position);
  return positions;
}

describe('reading a partition', () => {
  // A page has 2000 entries.
  it.each([0, 1, 1_999, 2_000, 2_001, 4_000, 4_001])('gives each of %p entries once, in order', async (size) => {
    expect(await positionsOf(readPartition(logOf(size), 3))).toEqual(Array.from({ length: size }, (_, n) => n + 1));
  });

  it('gives what stands behind a position', async () => {
    expect(await positionsOf(readPartition(logOf(2_003), 3, 2_000))).toEqual([2_001, 2_002, 2_003]);
    expect(await positionsOf(readPartition(logOf(3), 3, 3))).toEqual([]);
  });
});
