import { verifyCheckpoint } from './checkpoint.js';
import type { EventLog } from './event-log.js';
import { verifyPartition, type PartitionVerdict, type Promised } from './log-integrity.js';

/**
 * Verifies all partitions, the global one first, against the log's signed checkpoints if the key is given.
 * @throws CheckpointRejected when a stored checkpoint was not signed by that key
 */
export async function verifyLog(log: EventLog, verifierKey?: string): Promise<readonly PartitionVerdict[]> {
  const promises = new Map<number, Promised[]>();
  if (verifierKey !== undefined) {
    for (let after = 0; ; after++) {
      const [stored] = await log.checkpoints(after, 1);
      if (stored === undefined) break;
      for (const partition of verifyCheckpoint(stored.note, verifierKey).partitions) {
        promises.set(partition.partition, [...(promises.get(partition.partition) ?? []), partition]);
      }
    }
  }
  const verdicts: PartitionVerdict[] = [];
  for (const { partition } of await log.heads()) {
    verdicts.push(await verifyPartition(log, partition, { promises: promises.get(partition) ?? [] }));
  }
  return verdicts;
}
