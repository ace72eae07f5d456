import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { topicsOf, type TopicSetup } from '@ballast/contracts';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';

export interface TopicOptions {
  /** Copies of each partition; 3 in production, never more than there are brokers. */
  readonly replication: number;
  /** How long messages are kept; the logs keep everything. Default 7 days. */
  readonly retentionMs?: number;
}

/** Existing topics do not fit what this program was told about them. */
export class TopicsRefused extends Error {
  override readonly name = 'TopicsRefused';
}

const SEVEN_DAYS_MS = 7 * 24 * 60 * 60 * 1000;
/** Room for an answer that lists every candidate of a partition. */
const LARGEST_MESSAGE_BYTES = 8 * 1024 * 1024;
const LEADERS_WITHIN_MS = 60_000;
/** What was created a moment ago may not be known to every broker yet. */
const KNOWN_WITHIN_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/**
 * Creates every topic of an installation that is missing, before anybody reads or writes; brokers are to create none
 * by themselves. Several processes may do it at the same time.
 * @param partitions numbered partitions of every log
 * @throws TopicsRefused when a topic exists with another number of partitions
 */
export function createTopics(
  connection: KafkaConnection,
  { partitions, ...options }: TopicOptions & { readonly partitions: number },
): Promise<void> {
  return ensureTopics(connection, topicsOf(partitions), options);
}

/** Creates those of the given topics that are missing, and waits until every partition has a leader. */
export async function ensureTopics(
  connection: KafkaConnection,
  setups: readonly TopicSetup[],
  { replication, retentionMs = SEVEN_DAYS_MS }: TopicOptions,
): Promise<void> {
  const wanted = setups.map(({ topic, partitions }) => ({ topic: `${connection.prefix ?? ''}${topic}`, partitions }));
  const admin = kafkaOf(connection).admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = wanted.filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        // The client's own wait takes "not known to this broker yet" for an error.
        waitForLeaders: false,
        topics: missing.map(({ topic, partitions: numPartitions }) => ({
          topic,
          numPartitions,
          replicationFactor: replication,
          configEntries: [
            { name: 'cleanup.policy', value: 'delete' },
            { name: 'retention.ms', value: String(retentionMs) },
            { name: 'max.message.bytes', value: String(LARGEST_MESSAGE_BYTES) },
            { name: 'min.insync.replicas', value: String(Math.min(2, replication)) },
            { name: 'unclean.leader.election.enable', value: 'false' },
          ],
        })),
      });
    }
    assertPartitions(
      wanted,
      await partitionsLed(
        admin,
        wanted.map(({ topic }) => topic),
      ),
    );
  } finally {
    await admin.disconnect();
  }
}

/** Those of the topics that do not exist, after a little patience with what has just been created. */
export async function absentTopics(kafka: Kafka, topics: readonly string[]): Promise<ReadonlySet<string>> {
  const absent = new Set(topics);
  const admin = kafka.admin();
  await admin.connect();
  try {
    const deadline = Date.now() + KNOWN_WITHIN_MS;
    for (;;) {
      for (const topic of absent) if (await exists(admin, topic)) absent.delete(topic);
      if (absent.size === 0 || Date.now() > deadline) return absent;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } finally {
    await admin.disconnect();
  }
}

async function exists(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    return true;
  } catch (error) {
    if (error instanceof kafkajs.KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return false;
    throw error;
  }
}

/** Number of partitions of each topic, once every one of them has a leader. */
async function partitionsLed(admin: Admin, topics: string[]): Promise<ReadonlyMap<string, number>> {
  const deadline = Date.now() + LEADERS_WITHIN_MS;
  for (;;) {
    let waitsFor: unknown;
    try {
      const found = (await admin.fetchTopicMetadata({ topics })).topics;
      const leaderless = found.filter(({ partitions }) => partitions.some(({ leader }) => leader < 0));
      if (leaderless.length === 0) return new Map(found.map(({ name, partitions }) => [name, partitions.length]));
      waitsFor = leaderless.map(({ name }) => name);
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSProtocolError && error.retriable)) throw error;
      waitsFor = error;
    }
    if (Date.now() > deadline) throw new Error('the new topics have no leaders', { cause: waitsFor });
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function assertPartitions(wanted: readonly TopicSetup[], found: ReadonlyMap<string, number>): void {
  const wrong = wanted.filter(({ topic, partitions }) => found.get(topic) !== partitions);
  if (wrong.length > 0) {
    throw new TopicsRefused(
      `these topics exist with another number of partitions: ${wrong
        .map(({ topic, partitions }) => `${topic} has ${found.get(topic)}, not ${partitions}`)
        .join('; ')}. A log keeps its partitions for life: start with the number it was created with`,
    );
  }
}
