import type { KafkaMessage } from 'kafkajs';
import type { FetchedPartition, StoredMessage } from './fetch-response.js';

/** What of an answer is for a reader, and where it goes on. */
interface Readable {
  /** From the offset that was asked for on, without those of aborted transactions and the marks of transactions. */
  readonly messages: readonly KafkaMessage[];
  /** Behind everything that came, also behind what is for no reader; where it was asked for when nothing came. */
  readonly next: bigint;
}

/** Bytes of the key of a mark: its version, then whether the transaction was aborted (0) or committed (1). */
const MARK_KIND_AT = 2;
const ABORTED = 0;

/**
 * Offsets need not follow each other: a topic that is compacted has holes, and whole batches of which nothing is left, and so has one
 * with transactions.
 */
export function readableMessages(
  from: bigint,
  { abortedTransactions, messages, nextOffset }: FetchedPartition,
): Readable {
  const reached = nextOffset === undefined ? from : BigInt(nextOffset);
  const next = reached > from ? reached : from;
  const first = Number(from);
  const begun = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, first: Number(firstOffset) }))
    .sort((a, b) => a.first - b.first);
  const aborting = new Set<string>();
  const readable: KafkaMessage[] = [];
  for (const message of messages as readonly StoredMessage[]) {
    const offset = Number(message.offset);
    for (; begun[0] !== undefined && begun[0].first <= offset; begun.shift()) aborting.add(begun[0].producerId);
    const { producerId, inTransaction, isControlBatch } = message.batchContext ?? NO_BATCH;
    if (isControlBatch) {
      if (message.key?.readInt16BE(MARK_KIND_AT) === ABORTED) aborting.delete(producerId);
    } else if (offset >= first && !(inTransaction && aborting.has(producerId))) readable.push(message);
  }
  return { messages: readable, next };
}

/** Of messages that are older than batches. */
const NO_BATCH = { producerId: '', inTransaction: false, isControlBatch: false } as const;
