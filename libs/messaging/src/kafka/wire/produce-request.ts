import { invariant } from '@ballast/kernel';
import type { IHeaders } from 'kafkajs';
import { crc32c } from './crc32c.js';

/** What is sent to one partition, in order. */
export interface PartitionRecords {
  readonly partition: number;
  /** Number of the first record among all that this producer sent to the partition. */
  readonly firstSequence: number;
  readonly messages: readonly OutgoingRecord[];
}

export interface OutgoingRecord {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: IHeaders;
}

export interface ProduceRequest {
  readonly acks: number;
  /** Milliseconds that the broker waits for its replicas. */
  readonly timeout: number;
  readonly producerId: string | number | bigint;
  readonly producerEpoch: number;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly PartitionRecords[] }[];
}

const MAGIC = 2;
/** From the beginning of a batch: base offset and length, which the length does not count. */
const BEFORE_LENGTH_COUNTS = 12;
const CRC_AT = 17;
/** What the checksum covers begins here. */
const ATTRIBUTES_AT = 21;
const RECORDS_AT = 61;

/** Writes into one buffer of known size. */
class Writer {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  int16(value: number): void {
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  varint(value: number): void {
    let rest = (value << 1) ^ (value >> 31);
    while ((rest & ~0x7f) !== 0) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  /** @param length in bytes of UTF-8 */
  text(text: string, length: number): void {
    // As many bytes as characters: all of them are ASCII, which is written faster as what cannot take more.
    this.at += this.bytes.write(text, this.at, length, text.length === length ? 'latin1' : 'utf8');
  }

  /** @param length of the value; -1 of null */
  measured(value: Buffer | string | null | undefined, length: number): void {
    this.varint(length);
    if (typeof value === 'string') this.text(value, length);
    else if (value !== null && value !== undefined) this.at += value.copy(this.bytes, this.at);
  }
}

const lengthOf = (value: Buffer | string | null | undefined): number => {
  if (value === null || value === undefined) return -1;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
};

function sizeOfVarint(value: number): number {
  let rest = (value << 1) ^ (value >> 31);
  let size = 1;
  while ((rest & ~0x7f) !== 0) {
    rest >>>= 7;
    size += 1;
  }
  return size;
}

const sizeOfMeasured = (length: number): number => sizeOfVarint(length) + Math.max(0, length);

/** The name of a header as it stands in a record, with its length before it. */
const writtenNames = new Map<string, Buffer>();
const MOST_NAMES = 1_000;

function writtenName(name: string): Buffer {
  let written = writtenNames.get(name);
  if (written === undefined) {
    const length = Buffer.byteLength(name);
    const writer = new Writer(Buffer.allocUnsafe(sizeOfMeasured(length)));
    writer.measured(name, length);
    written = writer.bytes;
    // Names come from the program, or from messages of others that are passed on.
    if (writtenNames.size < MOST_NAMES) writtenNames.set(name, written);
  }
  return written;
}

type HeaderValue = Buffer | string | undefined;

/** A record with the lengths of all that is in it. */
interface Measured {
  readonly record: OutgoingRecord;
  readonly keyLength: number;
  readonly valueLength: number;
  readonly names: readonly Buffer[];
  readonly values: readonly HeaderValue[];
  readonly lengths: readonly number[];
  /** Without the length that stands before it. */
  readonly size: number;
}

function measure(record: OutgoingRecord, index: number): Measured {
  const names: Buffer[] = [];
  const values: HeaderValue[] = [];
  const lengths: number[] = [];
  const { headers = {} } = record;
  for (const name in headers) {
    const value = headers[name];
    // The name may stand several times.
    for (const each of Array.isArray(value) ? value : [value]) {
      names.push(writtenName(name));
      values.push(each);
      lengths.push(lengthOf(each));
    }
  }
  const keyLength = lengthOf(record.key);
  const valueLength = lengthOf(record.value);
  // Attributes and the difference of time, none.
  let size = 2 + sizeOfVarint(index) + sizeOfMeasured(keyLength) + sizeOfMeasured(valueLength);
  size += sizeOfVarint(names.length);
  for (const name of names) size += name.length;
  for (const length of lengths) size += sizeOfMeasured(length);
  return { record, keyLength, valueLength, names, values, lengths, size };
}

function writeRecord(writer: Writer, index: number, measured: Measured): void {
  const { record, keyLength, valueLength, names, values, lengths, size } = measured;
  writer.varint(size);
  writer.bytes[writer.at++] = 0;
  writer.varint(0);
  writer.varint(index);
  writer.measured(record.key, keyLength);
  writer.measured(record.value, valueLength);
  writer.varint(names.length);
  names.forEach((name, i) => {
    writer.at += name.copy(writer.bytes, writer.at);
    writer.measured(values[i], lengths[i] as number);
  });
}

interface MeasuredBatch extends PartitionRecords {
  readonly records: readonly Measured[];
  readonly size: number;
}

function measureBatch(records: PartitionRecords): MeasuredBatch {
  const measured = records.messages.map(measure);
  const size = measured.reduce((sum, each) => sum + sizeOfVarint(each.size) + each.size, RECORDS_AT);
  return { ...records, records: measured, size };
}

/** One batch of the format that Kafka has had since 0.11, not compressed, of one moment. */
function writeBatch(
  writer: Writer,
  { records, size, firstSequence }: MeasuredBatch,
  { producerId, producerEpoch }: Pick<ProduceRequest, 'producerId' | 'producerEpoch'>,
): void {
  const start = writer.at;
  const now = BigInt(Date.now());
  writer.int64(0n);
  writer.int32(size - BEFORE_LENGTH_COUNTS);
  // The broker says whose epoch it is, and what the checksum is comes last.
  writer.int32(0);
  writer.bytes[writer.at++] = MAGIC;
  writer.int32(0);
  writer.int16(0);
  writer.int32(records.length - 1);
  writer.int64(now);
  writer.int64(now);
  writer.int64(BigInt(producerId));
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(records.length);
  records.forEach((record, index) => writeRecord(writer, index, record));
  const checksum = crc32c(writer.bytes, start + ATTRIBUTES_AT, writer.at);
  writer.bytes.writeUInt32BE(checksum, start + CRC_AT);
}

/** The body of a Produce request, versions 3 to 7, of no transaction. */
export function encodeProduceRequest(request: ProduceRequest): Buffer {
  const topics = request.topicData.map(({ topic, partitions }) => ({
    topic,
    length: Buffer.byteLength(topic),
    batches: partitions.map(measureBatch),
  }));
  let size = 2 + 2 + 4 + 4;
  for (const { length, batches } of topics) {
    size += 2 + length + 4;
    for (const batch of batches) size += 4 + 4 + batch.size;
  }
  const writer = new Writer(Buffer.allocUnsafe(size));
  writer.int16(-1);
  writer.int16(request.acks);
  writer.int32(request.timeout);
  writer.int32(topics.length);
  for (const { topic, length, batches } of topics) {
    writer.int16(length);
    writer.text(topic, length);
    writer.int32(batches.length);
    for (const batch of batches) {
      writer.int32(batch.partition);
      writer.int32(batch.size);
      writeBatch(writer, batch, request);
    }
  }
  invariant(writer.at === size, `a Produce request of ${size} bytes took ${writer.at}`);
  return writer.bytes;
}
