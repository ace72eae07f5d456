import { setTimeout as wait } from 'node:timers/promises';
import type { IHeaders, Kafka, Producer } from 'kafkajs';
import { withTolerantClusters } from './leaderless-partitions.js';
import { absentTopics } from './topics.js';

/** A message with its place. */
export interface PlacedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers: IHeaders;
}

/** What somebody waits for: it may be for partitions of several brokers. */
interface Sending {
  /** Parts that no broker has yet. */
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What of a sending is for one partition. */
interface Part {
  readonly of: Sending;
  readonly messages: [PlacedMessage, ...PlacedMessage[]];
}

/** An answer to the question who leads what; another object each time that it was asked. */
interface Metadata {
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[];
  }[];
}

/** The part of a client of kafkajs that knows the brokers. */
interface Cluster {
  /** From then on it is known who leads their partitions. */
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  readonly brokerPool: { readonly metadata: Metadata | null };
}

/** A message for a topic that does not exist: kafkajs would look for it without end, and all that comes later wait. */
class AbsentTopic extends Error {
  override readonly name = 'AbsentTopic';
}

/** A producer of kafkajs, and what knows for it who leads what. */
interface Session {
  readonly producer: Promise<Producer>;
  readonly cluster: Cluster | undefined;
  /** Requests under way in it: one that is given up is closed behind the last of them. */
  requests: number;
}

/** Far below the topics' largest message, so that what is sent together stays one batch that a broker takes. */
const LARGEST_SEND_BYTES = 512 * 1024;
const CLOSE_WITHIN_MS = 5_000;

const sizeOf = ({ value }: PlacedMessage): number => value?.length ?? 0;

const placeOf = ({ topic, partition }: Pick<PlacedMessage, 'topic' | 'partition'>): string => `${topic}/${partition}`;
/** Instead of a leader, of a partition of which nothing is known yet. */
const UNKNOWN = 'unknown';
const NO_LEADER = -1;

/**
 * Idempotent, all replicas, one request in flight to each broker, and each partition in one of them: the client's idempotent producer loses
 * its sequence when sends to one partition overlap, and order inside a partition needs it anyway. While one request is under way the next
 * gathers. A broker that is away, or a partition that nobody leads, holds up what is for it and nothing else.
 */
export class SerialProducer {
  #session: Session | undefined;
  #newestCluster: Cluster | undefined;
  #metadata: Metadata | null | undefined;
  /** By partition, as the newest answer says. */
  #leaders: ReadonlyMap<string, string> = new Map();
  /** What waits, by partition. */
  readonly #waiting = new Map<string, Part[]>();
  /** Requests under way, by whom they are for. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** Partitions that are in one of them. */
  readonly #underWay = new Set<string>();
  #closed = false;
  /** Topics that were there when something was first sent to them. */
  readonly #existing = new Set<string>();
  readonly #kafka: Kafka;

  constructor(kafka: Kafka) {
    this.#kafka = withTolerantClusters(kafka, (cluster) => (this.#newestCluster = cluster as Cluster));
  }

  /**
   * Resolves when every message is on all replicas in sync. A rejection leaves open what arrived: send again, unless
   * a topic does not exist.
   */
  send(messages: readonly PlacedMessage[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the bus is closed'));
    if (messages.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const parts = new Map<string, Part>();
      const of: Sending = { left: 0, resolve, reject };
      for (const message of messages) {
        const part = parts.get(placeOf(message));
        if (part === undefined) parts.set(placeOf(message), { of, messages: [message] });
        else part.messages.push(message);
      }
      of.left = parts.size;
      for (const [place, part] of parts) {
        const queue = this.#waiting.get(place);
        if (queue === undefined) this.#waiting.set(place, [part]);
        else queue.push(part);
      }
      this.#begin();
    });
  }

  /** Sends what waits, as far as the brokers answer in time. */
  async close(): Promise<void> {
    this.#closed = true;
    const closed = new AbortController();
    const late = wait(CLOSE_WITHIN_MS, undefined, { signal: closed.signal }).catch(() => undefined);
    await Promise.race([this.#idle(), late]);
    for (const queue of this.#waiting.values())
      for (const { of } of queue) of.reject(new Error('the bus was closed before this was sent'));
    this.#waiting.clear();
    if (this.#session !== undefined) await Promise.race([disconnected(this.#session), late]);
    closed.abort();
  }

  async #idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes.values());
  }

  /** Begins a request to every broker that has none under way and for which something waits. */
  #begin(): void {
    for (const [leader, group] of this.#groups()) {
      for (const place of group.places) this.#underWay.add(place);
      const sending = this.#sendGroup(leader, group.parts).then(() => {
        for (const place of group.places) this.#underWay.delete(place);
        this.#lanes.delete(leader);
        this.#begin();
      });
      this.#lanes.set(leader, sending);
    }
  }

  /** Takes of what waits what may be sent, by broker and of a bearable size. */
  #groups(): ReadonlyMap<string, Group> {
    const groups = new Map<string, Group>();
    for (const [place, queue] of [...this.#waiting]) {
      const leader = this.#leaderOf(place, this.#session);
      if (this.#underWay.has(place) || this.#lanes.has(leader)) continue;
      const group = groups.get(leader) ?? { places: [], parts: [], bytes: 0 };
      const taken = queue.splice(0, countOf(queue, LARGEST_SEND_BYTES - group.bytes));
      // A partition that has more queues up behind the others.
      this.#waiting.delete(place);
      if (queue.length > 0) this.#waiting.set(place, queue);
      if (taken.length === 0) continue;
      groups.set(leader, group);
      group.places.push(place);
      group.parts.push(...taken);
      for (const part of taken) group.bytes += bytesOf(part);
    }
    return groups;
  }

  /** Who leads a partition, as far as that is known; without a leader it is sent to by itself. */
  #leaderOf(place: string, session: Session | undefined): string {
    const metadata = session?.cluster?.brokerPool.metadata;
    if (metadata !== this.#metadata) {
      this.#metadata = metadata;
      this.#leaders = leadersOf(metadata?.topicMetadata ?? []);
    }
    return this.#leaders.get(place) ?? UNKNOWN;
  }

  /** Never rejects: whoever waits for a part is told. */
  async #sendGroup(leader: string, parts: readonly Part[]): Promise<void> {
    const existing = await this.#withTopics(parts);
    let group = existing;
    const session = (this.#session ??= this.#begun());
    session.requests += 1;
    try {
      const producer = await session.producer;
      if (leader === UNKNOWN) group = await this.#stillUnknown(existing, session);
      if (group.length === 0) return;
      const messages = group.flatMap((part) => part.messages);
      for (const some of slices(messages)) await producer.sendBatch({ acks: -1, topicMessages: byTopic(some) });
      for (const { of } of group) {
        of.left -= 1;
        if (of.left === 0) of.resolve();
      }
    } catch (error) {
      // What kafkajs does not repeat by itself has spoilt the producer's sequence: the next send starts a new one.
      if (this.#session === session) this.#session = undefined;
      for (const { of } of group) of.reject(error);
    } finally {
      session.requests -= 1;
      if (session !== this.#session && session.requests === 0) void disconnected(session);
    }
  }

  /** Asks who leads them: those of which that is known then wait again, each for its own leader. */
  async #stillUnknown(group: readonly Part[], session: Session): Promise<readonly Part[]> {
    await session.cluster?.addMultipleTargetTopics([...new Set(group.map(({ messages: [first] }) => first.topic))]);
    const found = new Set(group.filter((part) => this.#leaderOf(placeOfPart(part), session) !== UNKNOWN));
    for (const part of [...found].reverse()) {
      const place = placeOfPart(part);
      this.#waiting.set(place, [part, ...(this.#waiting.get(place) ?? [])]);
    }
    return group.filter((part) => !found.has(part));
  }

  /** Those whose topics exist; the others are refused. */
  async #withTopics(group: readonly Part[]): Promise<readonly Part[]> {
    const used = new Set(group.flatMap(({ messages }) => messages.map(({ topic }) => topic)));
    const unknown = [...used].filter((topic) => !this.#existing.has(topic));
    if (unknown.length === 0) return group;
    let absent: ReadonlySet<string>;
    try {
      absent = await absentTopics(this.#kafka, unknown);
    } catch {
      // No broker says anything about them now; the send itself waits until one does.
      return group;
    }
    for (const topic of unknown) if (!absent.has(topic)) this.#existing.add(topic);
    return group.filter(({ messages: [{ topic }], of }) => {
      if (!absent.has(topic)) return true;
      of.reject(new AbsentTopic(`the topic ${topic} does not exist; create the topics before anything is sent`));
      return false;
    });
  }

  #begun(): Session {
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // Every message says its partition; a client that chose one by itself would break the order of a log.
      createPartitioner:
        () =>
        ({ topic, message: { partition } }) => {
          if (partition === undefined) throw new Error(`a message for ${topic} names no partition`);
          return partition;
        },
    });
    const connected = async (): Promise<Producer> => {
      try {
        await producer.connect();
      } catch (error) {
        await producer.disconnect().catch(() => undefined);
        throw error;
      }
      return producer;
    };
    return { producer: connected(), cluster: this.#newestCluster, requests: 0 };
  }
}

const disconnected = ({ producer }: Session): Promise<void> =>
  producer.then((connected) => connected.disconnect()).catch(() => undefined);

interface Group {
  readonly places: string[];
  readonly parts: Part[];
  bytes: number;
}

const placeOfPart = ({ messages: [first] }: Part): string => placeOf(first);
const bytesOf = ({ messages }: Part): number => messages.reduce((bytes, message) => bytes + sizeOf(message), 0);

/** How many of the oldest go together: those that begin within so many bytes. */
function countOf(queue: readonly Part[], bytes: number): number {
  let [count, left] = [0, bytes];
  for (const part of queue) {
    if (left <= 0) break;
    left -= bytesOf(part);
    count += 1;
  }
  return count;
}

function leadersOf(topics: Metadata['topicMetadata']): ReadonlyMap<string, string> {
  const leaders = new Map<string, string>();
  for (const { topic, partitionMetadata } of topics)
    for (const { partitionId, leader } of partitionMetadata) {
      const place = placeOf({ topic, partition: partitionId });
      leaders.set(place, leader === NO_LEADER ? place : String(leader));
    }
  return leaders;
}

/** Cuts into requests of a bearable size, in order. */
function* slices(messages: readonly PlacedMessage[]): Generator<readonly PlacedMessage[]> {
  let start = 0;
  let bytes = 0;
  for (const [i, message] of messages.entries()) {
    if (i > start && bytes + sizeOf(message) > LARGEST_SEND_BYTES) {
      yield messages.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += sizeOf(message);
  }
  yield messages.slice(start);
}

function byTopic(messages: readonly PlacedMessage[]): { topic: string; messages: Omit<PlacedMessage, 'topic'>[] }[] {
  const topics = new Map<string, Omit<PlacedMessage, 'topic'>[]>();
  for (const { topic, ...message } of messages) {
    const those = topics.get(topic);
    if (those === undefined) topics.set(topic, [message]);
    else those.push(message);
  }
  return [...topics].map(([topic, those]) => ({ topic, messages: those }));
}
