import type { LogEntry } from '@ballast/event-sourcing';
import type { EventLog } from './event-log.js';

const PAGE = 2_000;

/** Every entry of a partition in position order. */
export async function* readPartition(log: EventLog, partition: number): AsyncGenerator<LogEntry> {
  for (let after = 0; ;) {
    const page = await log.read(partition, after, PAGE);
    if (page.length === 0) return;
    yield* page;
    after += page.length;
  }
}

/** Every entry of the named logs, partition after partition. */
export async function* readLogs<Name extends string>(
  directory: { log(name: Name): EventLog },
  names: readonly Name[],
): AsyncGenerator<LogEntry> {
  for (const name of names) {
    const log = directory.log(name);
    for (const { partition } of await log.heads()) yield* readPartition(log, partition);
  }
}
