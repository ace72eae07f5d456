import type { IHeaders, KafkaMessage } from 'kafkajs';

/** What a broker answers of one partition. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly KafkaMessage[];
  /** Behind the last whole batch that came, whatever is left of it; undefined when none came. */
  readonly nextOffset: string | undefined;
}

export interface FetchResponse {
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  /** Of the request as a whole; partitions have their own. */
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

/** Reads what the client of Kafka itself is to read: compressed records, and sets of messages older than Kafka 0.11. */
export interface OtherFormats {
  decompress(attributes: number, records: Buffer): Promise<Buffer>;
  oldMessages(records: Buffer): Promise<readonly KafkaMessage[]>;
}

const MAGIC = 2;
const MAGIC_AT = 16;
/** Bytes of a batch before its records. */
const RECORDS_AT = 61;
const LENGTH_COUNTS_FROM = 12;
const LAST_OFFSET_DELTA_AT = 23;
const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

class Reader {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  int64(): string {
    this.at += 8;
    return String(this.bytes.readBigInt64BE(this.at - 8));
  }

  text(): string {
    const length = this.int16();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  /** Of up to 53 bits: offsets and milliseconds are no larger. */
  varint(): number {
    let byte = this.bytes[this.at++] as number;
    let value = byte & 0x7f;
    for (let scale = 128; byte >= 0x80; scale *= 128) {
      byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view, not a copy. */
  measured(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  array<T>(item: () => T): T[] {
    const length = this.int32();
    return length <= 0 ? [] : Array.from({ length }, item);
  }
}

interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly isStamped: boolean;
  readonly producerId: string;
}

/** Names of headers by their bytes: a topic has few, and every message has them again. */
const names = new Map<number, { readonly bytes: Buffer; readonly name: string }>();
const MOST_NAMES = 1_000;

function nameAt(bytes: Buffer, start: number, length: number): string {
  // Length and two of its bytes tell the names apart that Ballast writes.
  const sign = (length << 16) | ((bytes[start + length - 1] ?? 0) << 8) | (bytes[start + (length >> 1)] ?? 0);
  const known = names.get(sign);
  if (known !== undefined && known.bytes.length === length) {
    let same = 0;
    while (same < length && known.bytes[same] === bytes[start + same]) same += 1;
    if (same === length) return known.name;
  }
  const copy = Buffer.from(bytes.subarray(start, start + length));
  const name = copy.toString();
  if (known === undefined && names.size < MOST_NAMES) names.set(sign, { bytes: copy, name });
  return name;
}

/** A message as it came; of one that is older than batches only what every message has. */
export type StoredMessage = KafkaMessage & {
  readonly batchContext?: Pick<BatchContext, 'producerId' | 'inTransaction' | 'isControlBatch'>;
};

/** A message whose headers are read when somebody asks for them. */
class Message {
  readonly attributes = 0;
  readonly magicByte = MAGIC;
  #headers: IHeaders | undefined;

  constructor(
    readonly offset: string,
    readonly key: Buffer | null,
    readonly value: Buffer | null,
    private readonly timestampDelta: number,
    private readonly bytes: Buffer,
    private readonly headersAt: number,
    readonly batchContext: BatchContext,
  ) {}

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  get timestamp(): string {
    const { isStamped, firstTimestamp, maxTimestamp } = this.batchContext;
    return isStamped ? maxTimestamp : String(BigInt(firstTimestamp) + BigInt(this.timestampDelta));
  }

  get headers(): IHeaders {
    return (this.#headers ??= headersIn(this.bytes, this.headersAt));
  }
}

function headersIn(bytes: Buffer, at: number): IHeaders {
  const reader = new Reader(bytes);
  reader.at = at;
  const headers: IHeaders = {};
  for (let left = reader.varint(); left > 0; left--) {
    const length = reader.varint();
    const name = nameAt(bytes, reader.at, length);
    reader.at += length;
    // As the client of Kafka does, a value may be null, though its types say undefined.
    const value = reader.measured() as Buffer;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return headers;
}

function readRecords(reader: Reader, count: number, context: BatchContext, messages: KafkaMessage[]): void {
  const first = Number(context.firstOffset);
  for (let i = 0; i < count; i++) {
    const end = reader.varint() + reader.at;
    reader.at += 1;
    const timestampDelta = reader.varint();
    const offset = String(first + reader.varint());
    const key = reader.measured();
    const value = reader.measured();
    messages.push(new Message(offset, key, value, timestampDelta, reader.bytes, reader.at, context));
    reader.at = end;
  }
}

type Batches = Pick<FetchedPartition, 'messages' | 'nextOffset'>;

const behind = (offset: string): string => String(BigInt(offset) + 1n);

/** The records of whole batches; the last one may be cut off where the answer was full. */
async function readBatches(bytes: Buffer, others: OtherFormats): Promise<Batches> {
  const messages: KafkaMessage[] = [];
  let nextOffset: string | undefined;
  const reader = new Reader(bytes);
  while (reader.at + RECORDS_AT <= bytes.length) {
    const start = reader.at;
    const end = start + LENGTH_COUNTS_FROM + bytes.readInt32BE(start + 8);
    if (end > bytes.length) break;
    if (bytes[start + MAGIC_AT] !== MAGIC) {
      messages.push(...(await others.oldMessages(bytes.subarray(start))));
      const last = messages.at(-1);
      if (last !== undefined) nextOffset = behind(last.offset);
      break;
    }
    const firstOffset = reader.int64();
    // The first and the last number stay when records are compacted away.
    nextOffset = String(BigInt(firstOffset) + BigInt(bytes.readInt32BE(start + LAST_OFFSET_DELTA_AT)) + 1n);
    reader.at = start + 21;
    const attributes = reader.int16();
    reader.int32();
    const context: BatchContext = {
      firstOffset,
      firstTimestamp: reader.int64(),
      maxTimestamp: reader.int64(),
      inTransaction: (attributes & TRANSACTIONAL) !== 0,
      isControlBatch: (attributes & CONTROL) !== 0,
      isStamped: (attributes & LOG_APPEND_TIME) !== 0,
      producerId: reader.int64(),
    };
    reader.at = start + 57;
    const count = reader.int32();
    if ((attributes & COMPRESSION) === 0) readRecords(reader, count, context, messages);
    else {
      const plain = await others.decompress(attributes, bytes.subarray(start + RECORDS_AT, end));
      readRecords(new Reader(plain), count, context, messages);
    }
    reader.at = end;
  }
  return { messages, nextOffset };
}

/** The answer to a Fetch of version 11. Messages are views of the answer, not copies. */
export async function decodeFetchResponse(bytes: Buffer, others: OtherFormats): Promise<FetchResponse> {
  const reader = new Reader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const reading: Promise<unknown>[] = [];
  const responses = reader.array(() => ({
    topicName: reader.text(),
    partitions: reader.array(() => {
      const partition = {
        partition: reader.int32(),
        errorCode: reader.int16(),
        highWatermark: reader.int64(),
        lastStableOffset: reader.int64(),
        lastStartOffset: reader.int64(),
        abortedTransactions: reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() })),
        preferredReadReplica: reader.int32(),
        messages: [] as readonly KafkaMessage[],
        nextOffset: undefined as string | undefined,
      };
      const size = reader.int32();
      if (size > 0) {
        const records = bytes.subarray(reader.at, reader.at + size);
        reader.at += size;
        reading.push(
          readBatches(records, others).then((batches) => {
            Object.assign(partition, batches);
          }),
        );
      }
      return partition;
    }),
  }));
  await Promise.all(reading);
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}
