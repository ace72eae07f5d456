import { createRequire } from 'node:module';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { encodeFetchRequest, type FetchRequest } from './wire/fetch-request.js';
import {
  decodeFetchResponse,
  type FetchResponse,
  type FetchedPartition,
  type OtherFormats,
} from './wire/fetch-response.js';

/** What is used of the part of kafkajs that knows the brokers and is connected with them. */
interface KafkaCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, unknown>>;
  findBroker(of: { readonly nodeId: string }): Promise<{ readonly connectionPool: ConnectionPool }>;
}

interface ConnectionPool {
  send(exchange: {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
    };
    readonly response: {
      decode(bytes: Buffer): Promise<FetchResponse>;
      parse(decoded: FetchResponse): Promise<FetchResponse>;
    };
    readonly requestTimeout: number;
  }): Promise<FetchResponse>;
}

/** Messages from the offset that was asked for on, without those of aborted transactions and the marks of transactions. */
export interface FetchedBatch {
  readonly messages: readonly KafkaMessage[];
  readonly highWatermark: string;
  /** Something came, and nothing of it is for readers. */
  isEmptyDueToFiltering(): boolean;
  lastOffset(): string;
}

/** An error of kafkajs. */
export interface KafkaError {
  readonly name: string;
  /** Of one that a broker answered: the name of its code. */
  readonly type?: string;
  readonly retriable?: boolean;
}

interface Decoder {
  readonly offset: number;
}

const require = createRequire(import.meta.url);
const Batch = require('kafkajs/src/consumer/batch') as new (
  topic: string,
  offset: string,
  data: FetchedPartition,
) => FetchedBatch;
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  readonly createErrorFromCode: (code: number) => Error & KafkaError;
};
const KafkaDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
const readMessageSet = require('kafkajs/src/protocol/messageSet/decoder') as (
  decoder: Decoder,
  size: number,
) => Promise<readonly KafkaMessage[]>;
const { lookupCodecByAttributes } = require('kafkajs/src/protocol/message/compression') as {
  readonly lookupCodecByAttributes: (attributes: number) => { decompress(bytes: Buffer): Promise<Buffer> };
};

const others: OtherFormats = {
  decompress: (attributes, records) => lookupCodecByAttributes(attributes).decompress(records),
  oldMessages: (records) => readMessageSet(new KafkaDecoder(records), records.length),
};

const FETCH = { apiKey: 1, apiVersion: 11, apiName: 'Fetch' } as const;
/** How much later than it may an answer come before the broker counts as gone. */
const LATE_MS = 5_000;
const METADATA_MAX_AGE_MS = 300_000;

type ClusterMaker = (options: object) => KafkaCluster;

function kafkaCluster(kafka: Kafka): KafkaCluster {
  // kafkajs 2.2.4 keeps what makes one behind a symbol.
  const symbol = Object.getOwnPropertySymbols(kafka).find((each) => each.description === 'private:Kafka:createCluster');
  if (symbol === undefined) throw new Error('this is not kafkajs 2.2.4: it makes no cluster');
  const make = (kafka as unknown as Readonly<Record<symbol, ClusterMaker>>)[symbol] as ClusterMaker;
  return make({ metadataMaxAge: METADATA_MAX_AGE_MS, allowAutoTopicCreation: false });
}

/**
 * The brokers of a cluster, to fetch from without a group. kafkajs lets only members of a group fetch, one request for each group, and
 * each with a heartbeat of its own.
 */
export class FetchingCluster {
  readonly #cluster: KafkaCluster;

  constructor(kafka: Kafka) {
    this.#cluster = kafkaCluster(kafka);
  }

  connect(): Promise<void> {
    return this.#cluster.connect();
  }

  disconnect(): Promise<void> {
    return this.#cluster.disconnect();
  }

  /** From then on it is known who leads the partitions of the topic. */
  know(topic: string): Promise<void> {
    return this.#cluster.addMultipleTargetTopics([topic]);
  }

  /** Asks anew who leads what. */
  askForLeaders(): Promise<void> {
    return this.#cluster.refreshMetadata();
  }

  /** Asks again when the last answer is old. */
  keepLeaders(): Promise<void> {
    return this.#cluster.refreshMetadataIfNecessary();
  }

  /** The broker that leads a partition, if there is one. */
  leaderOf(topic: string, partition: number): string | undefined {
    return Object.keys(this.#cluster.findLeaderForPartitions(topic, [partition]))[0];
  }

  /** What a broker has of the partitions that it leads; each says itself when it cannot be read. */
  async fetch(nodeId: string, request: FetchRequest): Promise<FetchResponse['responses']> {
    const { connectionPool } = await this.#cluster.findBroker({ nodeId });
    const buffer = encodeFetchRequest(request);
    const { responses } = await connectionPool.send({
      request: { ...FETCH, encode: async () => ({ buf: buffer, buffer }) },
      response: { decode: (bytes) => decodeFetchResponse(bytes, others), parse: async (decoded) => decoded },
      requestTimeout: request.maxWaitMs + LATE_MS,
    });
    return responses;
  }
}

export const batchOf = (topic: string, offset: bigint, data: FetchedPartition): FetchedBatch =>
  new Batch(topic, String(offset), data);

/** Why a partition cannot be read. */
export const errorOf = ({ errorCode }: FetchedPartition): (Error & KafkaError) | undefined =>
  errorCode === 0 ? undefined : createErrorFromCode(errorCode);
