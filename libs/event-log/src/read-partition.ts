import type { SealedEvent } from '@ballast/event-sourcing';
import type { EventLog } from './event-log.js';

const PAGE = 2_000;

/**
 * Every entry of a partition behind a position, in order.
 * @param atOnce how many are held: less than usual for whoever reads several partitions side by side
 */
export async function* readPartition(
  log: EventLog,
  partition: number,
  behind = 0,
  atOnce = PAGE,
): AsyncGenerator<SealedEvent> {
  for (let after = behind; ;) {
    const page = await log.read(partition, after, atOnce);
    if (page.length === 0) return;
    yield* page;
    after += page.length;
  }
}
