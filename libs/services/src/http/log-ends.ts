import type { LogEnd } from '@ballast/contracts';
import type { EventLog } from '@ballast/event-log';

/** Where every partition of a log ends, as whoever keeps it tells. */
export async function logEndsOf(log: EventLog): Promise<readonly LogEnd[]> {
  const [heads, last] = await Promise.all([log.heads(), log.lastCheckpoint()]);
  return heads.map(({ partition, incarnation, size, head, clearing }) => ({
    log: log.name,
    ...{ partition, incarnation, position: size, head: head.toString('hex'), clearing },
    checkpoint: last?.number ?? null,
  }));
}
