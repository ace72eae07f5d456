import { sha256Of } from '@ballast/kernel';
import type { PartitionHead } from './event-log.js';

/**
 * One hash for a whole log, to compare two runs: SHA-256 over 44 bytes per partition, the global one (-1) first:
 * partition as int32, size as uint64, both big-endian, and the 32 bytes of the chain head. Digests of logs with
 * different partition counts differ, whatever the logs hold.
 */
export function logDigest(heads: readonly Pick<PartitionHead, 'partition' | 'size' | 'head'>[]): Buffer {
  const inOrder = [...heads].sort((a, b) => a.partition - b.partition);
  return sha256Of(
    ...inOrder.map(({ partition, size, head }) => {
      const place = Buffer.alloc(12);
      place.writeInt32BE(partition, 0);
      place.writeBigUInt64BE(BigInt(size), 4);
      return Buffer.concat([place, head]);
    }),
  );
}
