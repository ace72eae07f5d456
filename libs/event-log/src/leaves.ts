import { invariant, leafHash } from '@ballast/kernel';
import type { EventLog } from './event-log.js';

const PAGE = 10_000;
const HASH_BYTES = 32;

/** Leaf hashes of positions `after + 1` to `upTo`. */
export async function leavesOf(log: EventLog, partition: number, after: number, upTo: number): Promise<Buffer[]> {
  const leaves: Buffer[] = [];
  while (after + leaves.length < upTo) {
    const at = after + leaves.length;
    const page = await log.hashes(partition, at, Math.min(PAGE, upTo - at));
    invariant(page.length > 0, `${log.name}/${partition} ends before position ${upTo}`);
    for (let i = 0; i < page.length; i += HASH_BYTES) leaves.push(leafHash(page.subarray(i, i + HASH_BYTES)));
  }
  return leaves;
}
