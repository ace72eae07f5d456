import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import { crc32c } from './crc32c.js';
import { decodeFetchResponse, type FetchedPartition, type OtherFormats } from './fetch-response.js';
import { encodeProduceRequest, type OutgoingRecord } from './produce-request.js';
import { readableMessages } from './readable-messages.js';

interface Encoder {
  readonly buffer: Buffer;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeInt64(value: string): Encoder;
  writeString(value: string): Encoder;
  writeBuffer(value: Buffer): Encoder;
}

const require = createRequire(import.meta.url);
const KafkaEncoder = require('kafkajs/src/protocol/encoder') as new () => Encoder;
const kafkaCrc = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;
const kafkaRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoder;
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(of: object): Promise<Encoder>;
};
const kafkaProduce = require('kafkajs/src/protocol/requests/produce/v7/request') as (options: object) => {
  encode(): Promise<Encoder>;
};
const kafkaFetch = require('kafkajs/src/protocol/requests/fetch/v11/response') as {
  decode(bytes: Buffer): Promise<{ readonly responses: readonly unknown[] }>;
};
const { gunzipSync } = require('node:zlib') as typeof import('node:zlib');

const NOW = 1_700_000_000_123;

const records: readonly OutgoingRecord[] = [
  {
    key: 'stream',
    value: '{"a":1}',
    headers: { hash: 'ab'.repeat(32), type: 'Opened', bytes: Buffer.from([0xff, 0]) },
  },
  { key: null, value: null, headers: {} },
  { key: Buffer.from([1, 2]), value: Buffer.alloc(300, 7) },
  {
    key: 'Zoë',
    value: `"${'€'.repeat(9_000)}"`,
    headers: { nämlich: 'größer', twice: ['1', '2'], thrice: ['a', 'b', 'c'] },
  },
  { key: '', value: '', headers: { hash: '', hasn: 'not hash' } },
];

const request = {
  acks: -1,
  timeout: 30_000,
  producerId: '4711',
  producerEpoch: 3,
  topicData: [
    {
      topic: 'clearing.accounts.events.v1',
      partitions: [
        { partition: 2, firstSequence: 17, messages: records },
        // More than 64 records: their numbers take two bytes.
        { partition: 0, firstSequence: 0, messages: Array.from({ length: 200 }, () => records[0] as OutgoingRecord) },
      ],
    },
    { topic: 'größer', partitions: [{ partition: 1, firstSequence: 5, messages: records.slice(2) }] },
  ],
};

const none: OtherFormats = {
  decompress: () => Promise.reject(new Error('nothing is compressed')),
  oldMessages: () => Promise.reject(new Error('nothing is old')),
};

const response = (batches: Buffer): Buffer =>
  new KafkaEncoder()
    .writeInt32(0)
    .writeInt16(0)
    .writeInt32(9)
    .writeInt32(1)
    .writeString('topic')
    .writeInt32(2)
    // Of this partition nothing came.
    .writeInt32(7)
    .writeInt16(3)
    .writeInt64('12')
    .writeInt64('11')
    .writeInt64('-1')
    .writeInt32(-1)
    .writeInt32(-1)
    .writeInt32(0)
    .writeInt32(4)
    .writeInt16(0)
    .writeInt64('9007199254740000')
    .writeInt64('9007199254740000')
    .writeInt64('5')
    .writeInt32(1)
    .writeInt64('77')
    .writeInt64('88')
    .writeInt32(-1)
    .writeInt32(batches.length)
    .writeBuffer(batches).buffer;

async function batchOf(of: object = {}): Promise<Buffer> {
  const encoded = records.map((record, i) =>
    // kafkajs writes every time difference of ours, we none.
    kafkaRecord({ ...record, offsetDelta: i, timestampDelta: 70_000 * i }),
  );
  const fields = {
    firstOffset: '9007199254730000',
    firstTimestamp: NOW,
    maxTimestamp: NOW + 9,
    producerId: '77',
    ...of,
  };
  return (await RecordBatch({ ...fields, lastOffsetDelta: records.length - 1, records: encoded })).buffer;
}

/** What is compared of a message; the types know no control records. */
const plain = (message: KafkaMessage): object => {
  const { offset, key, value, headers, timestamp, isControlRecord, batchContext } = message as KafkaMessage & {
    readonly isControlRecord: boolean;
    readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  };
  const { producerId, inTransaction } = batchContext;
  return { offset, key, value, headers, timestamp, isControlRecord, producerId, inTransaction };
};

describe('the checksum of a batch', () => {
  it.each([0, 1, 7, 8, 9, 63, 64, 1_001])('is that of kafkajs for %d bytes, wherever they begin', (length) => {
    const bytes = Buffer.from(Array.from({ length: length + 3 }, (_, i) => (i * 37 + 200) % 256));
    expect(crc32c(bytes, 3, length + 3)).toBe(kafkaCrc(bytes.subarray(3)));
  });

  it('is the one of the standard for its own example', () => {
    expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff), 0, 32)).toBe(0x62a8ab43);
  });
});

describe('a request to produce', () => {
  beforeEach(() => void jest.useFakeTimers({ now: NOW }));
  afterEach(() => void jest.useRealTimers());

  it('has byte for byte what kafkajs writes', async () => {
    const theirs = (await kafkaProduce({ ...request, transactionalId: null }).encode()).buffer;
    expect(encodeProduceRequest(request).equals(theirs)).toBe(true);
  });
});

describe('an answer to a fetch', () => {
  const both = async (bytes: Buffer, others: OtherFormats = none): Promise<void> => {
    const theirs = await kafkaFetch.decode(bytes);
    const ours = await decodeFetchResponse(bytes, others);
    const [
      {
        partitions: [empty, full],
      },
    ] = ours.responses as unknown as [{ partitions: [object, { messages: readonly KafkaMessage[] }] }];
    const [
      {
        partitions: [theirEmpty, theirFull],
      },
    ] = theirs.responses as typeof ours.responses as unknown as [
      { partitions: [object, { messages: readonly KafkaMessage[] }] },
    ];
    expect(ours.sessionId).toBe(9);
    expect(empty).toEqual({ ...theirEmpty, nextOffset: undefined });
    // Behind the last whole batch, which begins where all begin here.
    const nextOffset = String(9_007_199_254_730_000 + records.length);
    expect({ ...full, messages: full.messages.map(plain) }).toEqual({
      ...{ ...theirFull, nextOffset },
      messages: theirFull.messages.map(plain),
    });
    expect(full.messages.length).toBeGreaterThan(0);
  };

  it('is read as kafkajs reads it: several batches, of which the last is cut off', async () => {
    const batch = await batchOf();
    await both(response(Buffer.concat([batch, batch, batch.subarray(0, batch.length - 1)])));
  });

  it('tells transactions apart, and times that the broker set', async () => {
    const batch = await batchOf({ transactional: true });
    const control = Buffer.from(batch);
    control.writeInt16BE(control.readInt16BE(21) | 0x20 | 0x08, 21);
    await both(response(Buffer.concat([batch, control])));
  });

  it('leaves to the client what is compressed', async () => {
    const bytes = response(await batchOf({ compression: 1 }));
    await both(bytes, { ...none, decompress: async (_, compressed) => gunzipSync(compressed) });
  });

  it('leaves to the client what is older than batches', async () => {
    const old = await batchOf();
    old[16] = 1;
    const asked: Buffer[] = [];
    const others: OtherFormats = {
      ...none,
      oldMessages: async (bytes) => {
        asked.push(bytes);
        return [];
      },
    };
    await decodeFetchResponse(response(old), others);
    expect(asked).toEqual([old]);
  });
});

describe('what is for a reader', () => {
  /** Messages of one batch with the given offsets, of which the last number is kept whatever is left of it. */
  const batch = async (
    first: number,
    lastOffsetDelta: number,
    deltas: readonly number[],
    of: object = {},
  ): Promise<Buffer> => {
    const encoded = deltas.map((offsetDelta) =>
      kafkaRecord({ key: null, value: 'v', headers: {}, offsetDelta, timestampDelta: 0 }),
    );
    const fields = { firstTimestamp: NOW, maxTimestamp: NOW, producerId: '7', lastOffsetDelta, records: encoded };
    return (await RecordBatch({ ...fields, firstOffset: String(first), ...of })).buffer;
  };
  const mark = async (offset: number, producerId: string, kind: 'aborted' | 'committed'): Promise<Buffer> => {
    const key = Buffer.from([0, 0, 0, kind === 'aborted' ? 0 : 1]);
    const records = [kafkaRecord({ key, value: null, headers: {}, offsetDelta: 0, timestampDelta: 0 })];
    const fields = {
      firstTimestamp: NOW,
      maxTimestamp: NOW,
      producerId,
      transactional: true,
      lastOffsetDelta: 0,
      records,
    };
    const { buffer } = await RecordBatch({ ...fields, firstOffset: String(offset) });
    buffer.writeInt16BE(buffer.readInt16BE(21) | 0x20, 21);
    return buffer;
  };
  const partitionOf = async (
    batches: readonly Buffer[],
    abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[] = [],
  ): Promise<FetchedPartition> => {
    const { responses } = await decodeFetchResponse(response(Buffer.concat(batches)), none);
    return { ...(responses[0]?.partitions[1] as FetchedPartition), abortedTransactions };
  };
  const read = (from: number, data: FetchedPartition): readonly [offsets: number[], next: number] => {
    const { messages, next } = readableMessages(BigInt(from), data);
    return [messages.map(({ offset }) => Number(offset)), Number(next)];
  };

  it('begins where it was asked for, and goes on where it was when nothing came', async () => {
    expect(read(12, await partitionOf([await batch(10, 4, [0, 1, 2, 3, 4])]))).toEqual([[12, 13, 14], 15]);
    expect(read(12, await partitionOf([]))).toEqual([[], 12]);
  });

  it('leaves out what a topic that is compacted has no more, and goes on behind a batch of which nothing is left', async () => {
    expect(read(5, await partitionOf([await batch(5, 9, [2, 4])]))).toEqual([[7, 9], 15]);
    expect(read(5, await partitionOf([await batch(5, 9, [])]))).toEqual([[], 15]);
    expect(read(12, await partitionOf([await batch(5, 9, [2, 4])]))).toEqual([[], 15]);
  });

  it('is nothing of a transaction that was aborted, and all of one that was not, also where compaction took what came first', async () => {
    const data = await partitionOf(
      [
        await batch(3, 0, [0], { producerId: '2', transactional: true }),
        await batch(4, 0, [0], { producerId: '1', transactional: true }),
        await batch(5, 0, [0], { producerId: '2' }),
        await batch(6, 0, [0], { producerId: '3', transactional: true }),
        await mark(7, '1', 'aborted'),
        await mark(8, '2', 'aborted'),
        await mark(9, '3', 'committed'),
        await batch(10, 0, [0], { producerId: '2', transactional: true }),
        await mark(11, '2', 'committed'),
      ],
      [
        { producerId: '1', firstOffset: '0' },
        { producerId: '2', firstOffset: '1' },
      ],
    );
    expect(read(0, data)).toEqual([[5, 6, 10], 12]);
  });

  it('does not take a message for the mark of a transaction because of its key', async () => {
    const likeAMark = kafkaRecord({ key: Buffer.alloc(4), value: 'v', headers: {}, offsetDelta: 0, timestampDelta: 0 });
    const data = await partitionOf(
      [
        await batch(0, 0, [0], { transactional: true, records: [likeAMark] }),
        await batch(1, 0, [0], { transactional: true }),
        await mark(2, '7', 'aborted'),
      ],
      [{ producerId: '7', firstOffset: '0' }],
    );
    expect(read(0, data)).toEqual([[], 3]);
  });
});
