import { verifyCheckpoint, type EventLog } from '@ballast/event-log';
import type { Instant } from '@ballast/kernel';

/** The last signed checkpoint of a log, as whoever keeps the log tells of it. */
export interface ToldCheckpoint {
  readonly number: number;
  /** Events that it stands for. */
  readonly size: number;
  /** Clearing time of the newest of them. */
  readonly at: Instant;
}

/** Where the process that keeps a log tells of its last checkpoint: `{ "checkpoint": ... }`, null before the first. */
export const LAST_CHECKPOINT_PATH = '/logs/{log}/checkpoint';

/** @throws CheckpointRejected when what stands there was not signed by the key beside it */
export async function lastCheckpointOf(log: EventLog): Promise<ToldCheckpoint | null> {
  const last = await log.lastCheckpoint();
  if (last === undefined) return null;
  const { partitions } = verifyCheckpoint(last.note, last.verifierKey);
  const newest = await Promise.all(
    partitions.map(async ({ partition, size }) => (size === 0 ? [] : await log.read(partition, size - 1, 1))),
  );
  return {
    number: last.number,
    size: partitions.reduce((sum, { size }) => sum + size, 0),
    at: Math.max(0, ...newest.flat().map(({ time }) => time.clearing)),
  };
}
