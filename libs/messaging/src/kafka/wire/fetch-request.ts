import { invariant } from '@ballast/kernel';

/** Where to go on in one partition. */
export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface FetchRequest {
  readonly positions: readonly FetchPosition[];
  /** How long the broker may hold the request while nothing comes. */
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxBytesOfPartition: number;
}

/** Messages of aborted transactions are told apart. */
const READ_COMMITTED = 1;
const NO_REPLICA = -1;
const NO_SESSION = 0;
const LAST_EPOCH = -1;
const UNKNOWN = -1;
const PARTITION_BYTES = 4 + 4 + 8 + 8 + 4;
const FRAME_BYTES = 4 + 4 + 4 + 4 + 1 + 4 + 4 + 4 + 4 + 2;

/** The body of a Fetch request of version 11, of no session: it says everything each time. */
export function encodeFetchRequest({ positions, maxWaitMs, maxBytes, maxBytesOfPartition }: FetchRequest): Buffer {
  const byTopic = new Map<string, FetchPosition[]>();
  for (const position of positions) {
    const those = byTopic.get(position.topic);
    if (those === undefined) byTopic.set(position.topic, [position]);
    else those.push(position);
  }
  let size = FRAME_BYTES + PARTITION_BYTES * positions.length;
  for (const topic of byTopic.keys()) size += 2 + Buffer.byteLength(topic) + 4;
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  const int32 = (value: number): void => void (at = bytes.writeInt32BE(value, at));
  int32(NO_REPLICA);
  int32(maxWaitMs);
  int32(1);
  int32(maxBytes);
  at = bytes.writeInt8(READ_COMMITTED, at);
  int32(NO_SESSION);
  int32(LAST_EPOCH);
  int32(byTopic.size);
  for (const [topic, those] of byTopic) {
    const length = bytes.write(topic, at + 2);
    bytes.writeInt16BE(length, at);
    at += 2 + length;
    int32(those.length);
    for (const { partition, offset } of those) {
      int32(partition);
      int32(UNKNOWN);
      at = bytes.writeBigInt64BE(offset, at);
      at = bytes.writeBigInt64BE(BigInt(UNKNOWN), at);
      int32(maxBytesOfPartition);
    }
  }
  // Topics to forget, and the rack.
  int32(0);
  at = bytes.writeInt16BE(0, at);
  invariant(at === size, `a Fetch request of ${size} bytes took ${at}`);
  return bytes;
}
