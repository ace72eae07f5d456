import { inclusionProof } from '@ballast/kernel';
import { consistencyProof } from '@ballast/kernel/testing';
import type { EventLog } from './event-log.js';
import { leavesOf } from './leaves.js';

/** What an outside verifier needs beside a checkpoint to see that an event is in the log. */
export interface EventProof {
  /** SHA-256 of the event's canonical envelope; the leaf's hash is made of it. */
  readonly eventHash: Buffer;
  /** From 0: one less than the event's position. */
  readonly leafIndex: number;
  readonly size: number;
  readonly path: readonly Buffer[];
}

/** Shows that the event at `position` is in the tree over the first `size` events, whose root a checkpoint names. */
export async function proveEvent(
  log: EventLog,
  partition: number,
  position: number,
  size: number,
): Promise<EventProof> {
  const leaves = await leavesOf(log, partition, 0, size);
  const eventHash = await log.hashes(partition, position - 1, 1);
  return { eventHash, leafIndex: position - 1, size, path: inclusionProof(leaves, position - 1) };
}

/** Shows that between two checkpoints the partition only grew. */
export async function proveGrowth(
  log: EventLog,
  partition: number,
  oldSize: number,
  size: number,
): Promise<readonly Buffer[]> {
  return consistencyProof(await leavesOf(log, partition, 0, size), oldSize);
}
