import type { IHeaders, Kafka, Producer } from 'kafkajs';
import { absentTopics } from './topics.js';

/** A message with its place. */
export interface PlacedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers: IHeaders;
}

interface Waiting {
  readonly messages: readonly PlacedMessage[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A message for a topic that does not exist: kafkajs would look for it without end, and all that comes later wait. */
class AbsentTopic extends Error {
  override readonly name = 'AbsentTopic';
}

/** Far below the topics' largest message, so that what is sent together stays one batch that a broker takes. */
const LARGEST_SEND_BYTES = 512 * 1024;
const CLOSE_WITHIN_MS = 5_000;

const sizeOf = ({ value }: PlacedMessage): number => value?.length ?? 0;

/**
 * Idempotent, all replicas, one request in flight: the client's idempotent producer loses its sequence when sends
 * overlap, and order inside a partition needs it anyway. While one request is under way the next gathers.
 */
export class SerialProducer {
  #producer: Promise<Producer> | undefined;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #closed = false;
  /** Topics that were there when something was first sent to them. */
  readonly #existing = new Set<string>();

  constructor(private readonly kafka: Kafka) {}

  /**
   * Resolves when every message is on all replicas in sync. A rejection leaves open what arrived: send again, unless
   * a topic does not exist.
   */
  send(messages: readonly PlacedMessage[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the bus is closed'));
    if (messages.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  /** Sends what waits, as far as the brokers answer in time. */
  async close(): Promise<void> {
    this.#closed = true;
    const timeout = new AbortController();
    await Promise.race([this.#sending, elapsed(CLOSE_WITHIN_MS, timeout.signal)]);
    timeout.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the bus was closed before this was sent'));
    if (this.#producer !== undefined) await (await this.#producer).disconnect();
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = await this.#withTopics(this.#nextGroup());
      try {
        const producer = await (this.#producer ??= this.#connected());
        const messages = group.flatMap((waiting) => waiting.messages);
        for (const some of slices(messages)) await producer.sendBatch({ acks: -1, topicMessages: byTopic(some) });
        for (const { resolve } of group) resolve();
      } catch (error) {
        // What kafkajs does not repeat by itself has spoilt the producer's sequence: the next send starts a new one.
        const spoilt = this.#producer;
        this.#producer = undefined;
        void spoilt?.then((producer) => producer.disconnect()).catch(() => undefined);
        for (const { reject } of group) reject(error);
      }
    }
    // In the same turn as the last look at what waits: a send that comes later starts anew.
    this.#sending = undefined;
  }

  /** Those whose topics exist; the others are refused. */
  async #withTopics(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const used = new Set(group.flatMap(({ messages }) => messages.map(({ topic }) => topic)));
    const unknown = [...used].filter((topic) => !this.#existing.has(topic));
    if (unknown.length === 0) return group;
    let absent: ReadonlySet<string>;
    try {
      absent = await absentTopics(this.kafka, unknown);
    } catch {
      // No broker says anything about them now; the send itself waits until one does.
      return group;
    }
    for (const topic of unknown) if (!absent.has(topic)) this.#existing.add(topic);
    return group.filter(({ messages, reject }) => {
      const missing = messages.find(({ topic }) => absent.has(topic));
      if (missing === undefined) return true;
      reject(new AbsentTopic(`the topic ${missing.topic} does not exist; create the topics before anything is sent`));
      return false;
    });
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { messages } of this.#waiting) {
      if (count > 0 && bytes > LARGEST_SEND_BYTES) break;
      for (const message of messages) bytes += sizeOf(message);
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #connected(): Promise<Producer> {
    const producer = this.kafka.producer({
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
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    return producer;
  }
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

const elapsed = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
