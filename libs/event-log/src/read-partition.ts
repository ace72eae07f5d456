import type { SealedEvent } from '@ballast/event-sourcing';
import type { EventLog } from './event-log.js';

const PAGE = 2_000;

/** Every entry of a partition behind a position, in order. */
export async function* readPartition(log: EventLog, partition: number, behind = 0): AsyncGenerator<SealedEvent> {
  for (let after = behind; ;) {
    const page = await log.read(partition, after, PAGE);
    if (page.length === 0) return;
    yield* page;
    after += page.length;
  }
}
