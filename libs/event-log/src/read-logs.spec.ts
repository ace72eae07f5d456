import type { EventLog } from './event-log.js';
import { readLogs, readPartition } from './read-logs.js';

/** A log with so many entries in each partition, as far as a reader sees one. */
const logOf = (name: string, sizes: ReadonlyMap<number, number>): EventLog =>
  ({
    heads: () => Promise.resolve([...sizes].map(([partition, size]) => ({ partition, size }))),
    read: (partition: number, after: number, limit: number) =>
      Promise.resolve(
        Array.from({ length: Math.max(0, Math.min(limit, (sizes.get(partition) ?? 0) - after)) }, (_, n) => ({
          log: name,
          partition,
          position: after + n + 1,
        })),
      ),
  }) as unknown as EventLog;

async function placesOf(
  entries: AsyncIterable<{ log: string; partition: number; position: number }>,
): Promise<string[]> {
  const places: string[] = [];
  for await (const { log, partition, position } of entries) places.push(`${log}/${partition}#${position}`);
  return places;
}

describe('reading logs from their beginning', () => {
  // A page has 2000 entries.
  it.each([0, 1, 1_999, 2_000, 2_001, 4_000, 4_001])('reads each of %p entries once, in order', async (size) => {
    const places = await placesOf(readPartition(logOf('margin', new Map([[3, size]])), 3));
    expect(places).toEqual(Array.from({ length: size }, (_, n) => `margin/3#${n + 1}`));
  });

  it('reads log after log and partition after partition, the named logs only', async () => {
    const logs = new Map([
      [
        'margin',
        logOf(
          'margin',
          new Map([
            [-1, 1],
            [0, 2],
          ]),
        ),
      ],
      ['pricing', logOf('pricing', new Map([[-1, 2]]))],
      ['accounts', logOf('accounts', new Map([[0, 5]]))],
    ]);
    const directory = { log: (name: string) => logs.get(name) as EventLog };
    expect(await placesOf(readLogs(directory, ['pricing', 'margin']))).toEqual([
      'pricing/-1#1',
      'pricing/-1#2',
      'margin/-1#1',
      'margin/0#1',
      'margin/0#2',
    ]);
    expect(await placesOf(readLogs(directory, []))).toEqual([]);
  });
});
