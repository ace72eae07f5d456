import { createRequire } from 'node:module';
import { invariant } from '@ballast/kernel';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { tolerantClusters } from './leaderless-partitions.js';
import { encodeFetchRequest, type FetchRequest } from './wire/fetch-request.js';
import {
  decodeFetchResponse,
  type FetchResponse,
  type FetchedPartition,
  type OtherFormats,
} from './wire/fetch-response.js';

/** What is used of the part of kafkajs that knows the brokers and is connected with them. */
interface KafkaCluster {
  /** What is asked for with every question for leaders. */
  readonly targetTopics: Set<string>;
  readonly brokerPool: {
    readonly brokers: Readonly<Record<string, KafkaBroker>>;
    readonly seedBroker: KafkaBroker | undefined;
  };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(of: { readonly nodeId: string }): Promise<KafkaBroker>;
}

interface KafkaBroker {
  readonly connectionPool: ConnectionPool;
  listOffsets(of: {
    readonly isolationLevel: number;
    readonly topics: readonly { topic: string; partitions: readonly { partition: number; timestamp: number }[] }[];
  }): Promise<{
    readonly responses: readonly { readonly partitions: readonly { readonly offset: string }[] }[];
  }>;
}

interface Connection {
  readonly socket?: { destroy(): void } | null;
  rejectRequests(error: Error): void;
  /** Waits for what it was asked and has not answered. */
  disconnect(): Promise<unknown>;
}

interface ConnectionPool {
  readonly pool: readonly Connection[];
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
const NO_LEADER = -1;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const READ_UNCOMMITTED = 0;
/** Instead of a time of which the offset is asked. */
const NEWEST = -1;
const OLDEST = -2;

/** Which connection of a pool kafkajs fetches by; everything else goes by the other. */
const FETCHING = 1;

/** Somebody wants more of the broker than what it holds a fetch for. */
class CutShort extends Error {
  override readonly name = 'CutShort';
  /** Until then the connection cannot be used again. */
  ended: Promise<void> = Promise.resolve();
}

class ClientClosed extends Error {
  override readonly name = 'ClientClosed';
  /** With another client. */
  readonly retriable = true;
}

/**
 * The brokers of a cluster, to fetch from without a group. kafkajs lets only members of a group fetch, one request for each group, and
 * each with a heartbeat of its own.
 */
export class FetchingCluster {
  readonly #kafka: KafkaCluster;
  #closed = false;

  constructor(kafka: Kafka) {
    const make = tolerantClusters(kafka, { absentTopics: true });
    this.#kafka = make({ metadataMaxAge: METADATA_MAX_AGE_MS, allowAutoTopicCreation: false }) as KafkaCluster;
  }

  async connect(): Promise<void> {
    await this.#cluster.connect();
  }

  /** Waits for no answer: what a broker still holds may take as long as it was allowed to. */
  async disconnect(): Promise<void> {
    this.#closed = true;
    const { brokers, seedBroker } = this.#kafka.brokerPool;
    const known = new Set([...Object.values(brokers), ...(seedBroker === undefined ? [] : [seedBroker])]);
    const connections = [...known].flatMap(({ connectionPool }) => connectionPool.pool);
    const closed = new ClientClosed('this client of Kafka was closed');
    await Promise.all(connections.map((connection) => hangUp(connection, closed)));
    await this.#kafka.disconnect();
  }

  /** kafkajs connects again whatever was disconnected when it is asked for something. */
  get #cluster(): KafkaCluster {
    if (this.#closed) throw new ClientClosed('this client of Kafka was closed');
    return this.#kafka;
  }

  /**
   * From then on it is known who leads the partitions of the topic.
   * @throws UNKNOWN_TOPIC_OR_PARTITION when no broker has the topic
   */
  async know(topic: string): Promise<void> {
    await this.#cluster.addMultipleTargetTopics([topic]);
    if (this.#cluster.findTopicPartitionMetadata(topic).length > 0) return;
    this.#cluster.targetTopics.delete(topic);
    throw createErrorFromCode(UNKNOWN_TOPIC_OR_PARTITION);
  }

  /** Asks anew who leads what. */
  async askForLeaders(): Promise<void> {
    await this.#cluster.refreshMetadata();
  }

  /** Asks again when the last answer is old. */
  async keepLeaders(): Promise<void> {
    await this.#cluster.refreshMetadataIfNecessary();
  }

  /** The broker that leads a partition, if there is one. */
  leaderOf(topic: string, partition: number): string | undefined {
    const found = this.#cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
    return found === undefined || found.leader === NO_LEADER ? undefined : String(found.leader);
  }

  /** Whether the topic has the partition, led or not. */
  has(topic: string, partition: number): boolean {
    return this.#cluster.findTopicPartitionMetadata(topic).some(({ partitionId }) => partitionId === partition);
  }

  /** Offsets of the oldest message kept and of the next one to come, as the leader says. */
  async bounds(nodeId: string, topic: string, partition: number): Promise<readonly [low: bigint, high: bigint]> {
    const broker = await this.#cluster.findBroker({ nodeId });
    const [low, high] = await Promise.all(
      [OLDEST, NEWEST].map(async (timestamp) => {
        const topics = [{ topic, partitions: [{ partition, timestamp }] }];
        const { responses } = await broker.listOffsets({ isolationLevel: READ_UNCOMMITTED, topics });
        return responses[0]?.partitions[0]?.offset;
      }),
    );
    invariant(low !== undefined && high !== undefined, `${topic} has offsets`);
    return [BigInt(low), BigInt(high)];
  }

  /** What a broker has of the partitions that it leads; each says itself when it cannot be read. */
  async fetch(nodeId: string, request: FetchRequest): Promise<FetchResponse['responses']> {
    const { connectionPool } = await this.#cluster.findBroker({ nodeId });
    const buffer = encodeFetchRequest(request);
    try {
      const { errorCode, responses } = await connectionPool.send({
        request: { ...FETCH, encode: async () => ({ buf: buffer, buffer }) },
        response: { decode: (bytes) => decodeFetchResponse(bytes, others), parse: async (decoded) => decoded },
        requestTimeout: request.maxWaitMs + LATE_MS,
      });
      if (errorCode !== 0) throw createErrorFromCode(errorCode);
      return responses;
    } catch (error) {
      if (!(error instanceof CutShort)) throw error;
      await error.ended;
      return [];
    }
  }

  /** Ends the fetch that a broker holds, as if nothing had come. What has come by then comes again. */
  cutShort(nodeId: string): void {
    const connection = this.#kafka.brokerPool.brokers[nodeId]?.connectionPool.pool[FETCHING];
    if (connection === undefined) return;
    const cut = new CutShort('a fetch was cut short');
    cut.ended = hangUp(connection, cut);
  }

  /** Hangs up on a broker that is silent: whoever asks for something next asks another one, or connects anew. */
  async leave(nodeId: string): Promise<void> {
    const connections = this.#kafka.brokerPool.brokers[nodeId]?.connectionPool.pool ?? [];
    const left = new ClientClosed('the broker does not answer');
    await Promise.all(connections.map((connection) => hangUp(connection, left)));
  }
}

/** Without waiting for what the broker still holds. */
async function hangUp(connection: Connection, reason: Error): Promise<void> {
  const { socket } = connection;
  connection.rejectRequests(reason);
  await connection.disconnect();
  socket?.destroy();
}

/** Why a partition cannot be read. */
export const errorOf = ({ errorCode }: FetchedPartition): (Error & KafkaError) | undefined =>
  errorCode === 0 ? undefined : createErrorFromCode(errorCode);
