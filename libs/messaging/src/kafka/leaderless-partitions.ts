import type { Kafka } from 'kafkajs';

/** An answer to the question who leads what, as kafkajs has read it. */
interface Metadata {
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly partitionMetadata: readonly { readonly partitionErrorCode: number }[];
  }[];
}

/** A request and how its answer is read, beside how long it may take and what is said of it. */
interface Exchange {
  readonly request: { readonly apiName: string };
  readonly response: { parse(answer: Metadata): Promise<Metadata> };
  readonly requestTimeout?: number;
  readonly logResponseError?: boolean;
}

interface ConnectionPool {
  send(exchange: Exchange): Promise<unknown>;
}

interface ClusterOfKafkajs {
  readonly brokerPool: {
    readonly connectionPoolBuilder: { build(address?: object): Promise<ConnectionPool> };
  };
}

/** Makes the part of a client that knows the brokers and is connected with them. */
type ClusterMaker = (options: object) => object;

const NO_ERROR = 0;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
/** No leader, no replica in sync, or a leader that cannot be reached at the address that was asked. */
const LEADERLESS = [5, 9, 72];

/** What is a fact of one topic or partition, and no failure of the question. */
interface Tolerated {
  /** A topic that is not there has no partition. */
  readonly absentTopics: boolean;
}

function tolerant({ topicMetadata, ...rest }: Metadata, { absentTopics }: Tolerated): Metadata {
  const codeOf = (code: number, tolerated: readonly number[]): number => (tolerated.includes(code) ? NO_ERROR : code);
  return {
    ...rest,
    topicMetadata: topicMetadata.map((topic) => ({
      ...topic,
      topicErrorCode: codeOf(topic.topicErrorCode, absentTopics ? [UNKNOWN_TOPIC_OR_PARTITION] : []),
      partitionMetadata: topic.partitionMetadata.map((partition) => ({
        ...partition,
        partitionErrorCode: codeOf(partition.partitionErrorCode, LEADERLESS),
      })),
    })),
  };
}

/** kafkajs 2.2.4 keeps what makes a cluster behind a symbol. */
function makerOf(kafka: Kafka): { readonly symbol: symbol; readonly make: ClusterMaker } {
  const symbol = Object.getOwnPropertySymbols(kafka).find((each) => each.description === 'private:Kafka:createCluster');
  if (symbol === undefined) throw new Error('this is not kafkajs 2.2.4: it makes no cluster');
  return { symbol, make: (kafka as unknown as Readonly<Record<symbol, ClusterMaker>>)[symbol] as ClusterMaker };
}

/**
 * What makes clusters of a client for which a partition without a leader is a fact like others: its leader is -1. kafkajs takes one for a
 * failure of the whole question who leads what, so that all the others wait for it.
 */
export function tolerantClusters(kafka: Kafka, tolerated: Tolerated): ClusterMaker {
  const { make } = makerOf(kafka);
  return (options) => {
    const cluster = make(options);
    const { connectionPoolBuilder } = (cluster as ClusterOfKafkajs).brokerPool;
    const build = connectionPoolBuilder.build.bind(connectionPoolBuilder);
    connectionPoolBuilder.build = async (address) => {
      const pool = await build(address);
      const send = pool.send.bind(pool);
      pool.send = (exchange) => {
        const { request, response } = exchange;
        if (request.apiName !== 'Metadata') return send(exchange);
        const parse = (answer: Metadata): Promise<Metadata> => response.parse(tolerant(answer, tolerated));
        return send({ ...exchange, response: { ...response, parse } });
      };
      return pool;
    };
    return cluster;
  };
}

/** Where members would begin to fetch. */
type Beginnings = (
  topics: readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number }[] }[],
) => Promise<readonly { readonly topic: string; readonly partitions: readonly object[] }[]>;

/** A member of kafkajs asks the leaders where the partitions begin that it is given, again and again until each of them has said. */
const atNought: Beginnings = async (topics) =>
  topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition }) => ({ partition, offset: '0' })),
  }));

/**
 * A client whose group meets, and whose producer sends, whatever partitions have no leader. For members that fetch nothing: one that does
 * would not look for a new leader for minutes, and where it begins would matter.
 * @param onCluster given what knows the brokers, of each consumer, producer and administrator that is made
 */
export function withTolerantClusters(kafka: Kafka, onCluster: (cluster: object) => void = () => undefined): Kafka {
  const { symbol } = makerOf(kafka);
  const make = tolerantClusters(kafka, { absentTopics: false });
  const value: ClusterMaker = (options) => {
    const cluster = Object.assign(make(options), { fetchTopicsOffset: atNought });
    onCluster(cluster);
    return cluster;
  };
  Object.defineProperty(kafka, symbol, { value });
  return kafka;
}
