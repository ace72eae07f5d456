import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';
import { FetchOrder } from './fetch-order.js';
import { FetchingCluster, errorOf, type KafkaError } from './fetching-cluster.js';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import type { FetchedPartition, FetchResponse } from './wire/fetch-response.js';
import { readableMessages } from './wire/readable-messages.js';

/** One who reads one Kafka partition at a pace of its own. */
export interface PartitionListener {
  /**
   * Takes messages in offset order; what it took already may come again. Must not block.
   * @param next where the reader goes on: offsets may be missing before it, and what came may be for no reader
   * @param end offset of the next message that will be sent to the partition
   */
  push(messages: readonly KafkaMessage[], next: bigint, end: bigint): void;
  /** Too much waits here: nothing more is fetched until it is less. */
  readonly full: boolean;
  /** Nothing is fetched any more, for good. */
  fail(error: unknown): void;
}

export interface Attachment {
  /** Offset from which the listener gets messages. */
  readonly from: bigint;
  /** Offset of the next message to come when it began. */
  readonly end: bigint;
  /** False when messages are missing before it: the hint was not believed, or the topic no longer begins at 0. */
  readonly complete: boolean;
  detach(): void;
}

export interface TopicFetcherOptions {
  readonly connection: KafkaConnection;
  /** Nothing is fetched any more, for good. */
  readonly onFatal: (error: unknown) => void;
  /** How long after a fetch that brought something the next one waits, so that what comes close together comes together. */
  readonly gatherMs?: number;
}

interface Read {
  readonly topic: string;
  readonly partition: number;
  readonly listeners: Set<PartitionListener>;
  /** Offset of the next message to be handed out. */
  next: bigint;
  /** It could not be read, and is not asked for until later. */
  rests: boolean;
  /** Why it cannot be read, as was said last. */
  refusal: string | undefined;
}

/** How long a broker holds a fetch while nothing comes; what comes is answered at once. Long, to be quiet; who wants more cuts it short. */
const HOLD_MS = 5_000;
/** Of one that asks for other partitions than the one before: more of them may follow soon, and nothing is cut short for each. */
const FIRST_HOLD_MS = 500;
/** While a listener waits for room: what it has room for again is not asked for before the fetch under way is over. */
const SHORT_HOLD_MS = 20;
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_BYTES_OF_PARTITION = 1024 * 1024;
const REST_MS = 500;
/** A broker that has just begun may know a topic later than it answers: some seconds. */
const MISSING_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Whoever fetches begins anew, with a new client, as long as somebody reads. */
const PATIENCE_OF_CLIENT = { retries: 3, answerWithinMs: 10_000 };
const OFFSET_OUT_OF_RANGE = 1;
/** What no new client, and no later time, would do better: a right that is missing, a form that is not read. */
const FINAL: ReadonlySet<string | undefined> = new Set([
  ...['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'SASL_AUTHENTICATION_FAILED'],
  ...['UNSUPPORTED_SASL_MECHANISM', 'SECURITY_DISABLED', 'INVALID_TOPIC_EXCEPTION'],
  ...['UNSUPPORTED_VERSION', 'UNSUPPORTED_FOR_MESSAGE_FORMAT', 'UNSUPPORTED_COMPRESSION_TYPE', 'INVALID_REQUEST'],
]);
/** One broker is away, or takes connections and says nothing; the others are read. */
const SILENT = ['KafkaJSRequestTimeoutError', 'KafkaJSLockTimeout', 'KafkaJSNumberOfRetriesExceeded'];
const AWAY = ['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSBrokerNotFound', ...SILENT];

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;
const longer = (pause: number): number => Math.min(LONGEST_PAUSE_MS, 2 * pause);
const isFull = ({ listeners }: Read): boolean => [...listeners].some(({ full }) => full);

/**
 * Reads partitions of any topics for all listeners of this process, with one request to each broker at a time: what came meanwhile comes
 * with the next. Where to read is said by those who listen; there is no group, and no offset is committed. A partition that nobody listens
 * to, or that has a full listener, is not asked for. A listener that begins further back rewinds the partition; the others recognise what
 * they have had.
 */
export class TopicFetcher {
  readonly #reads = new Map<string, Read>();
  readonly #topics = new Set<string>();
  /** Brokers from which something is fetched again and again. */
  readonly #asking = new Set<string>();
  readonly #order = new FetchOrder();
  /** By broker: what it was asked for last. */
  readonly #asked = new Map<string, readonly Read[]>();
  /** By broker: from where on each partition is asked for by a fetch that is held long. */
  readonly #held = new Map<string, ReadonlyMap<string, bigint>>();
  readonly #closing = new AbortController();
  #cluster: Promise<FetchingCluster> | undefined;
  #looking = false;
  #failed: { readonly error: unknown } | undefined;

  constructor(private readonly options: TopicFetcherOptions) {
    // As many may rest at once as there are partitions.
    setMaxListeners(Infinity, this.#closing.signal);
  }

  /** @param begin an offset, if it exists, else the oldest message kept; or the last message; or what comes from now on */
  async attach(
    topic: string,
    partition: number,
    begin: string | undefined,
    listener: PartitionListener,
  ): Promise<Attachment> {
    await this.#know(topic);
    const bounds = await this.#bounds(topic, partition);
    // Whoever failed meanwhile has told those who listened then, and nobody would tell this one.
    if (this.#failed !== undefined) throw this.#failed.error;
    return this.#listen({ topic, partition }, bounds, begin, listener);
  }

  /** The first partitions of a topic, all of which are in the first request. */
  async attachAll(
    topic: string,
    partitions: number,
    begin: string | undefined,
    listener: PartitionListener,
  ): Promise<readonly Attachment[]> {
    await this.#know(topic);
    const bounds = await Promise.all(
      Array.from({ length: partitions }, (_, partition) => this.#bounds(topic, partition)),
    );
    if (this.#failed !== undefined) throw this.#failed.error;
    return bounds.map((each, partition) => this.#listen({ topic, partition }, each, begin, listener));
  }

  #listen(
    { topic, partition }: Pick<Read, 'topic' | 'partition'>,
    [low, high]: readonly [low: bigint, high: bigint],
    begin: string | undefined,
    listener: PartitionListener,
  ): Attachment {
    const wanted = begin === 'end' ? high : begin === 'last' ? high - 1n : offsetOf(begin);
    const believed = wanted !== undefined && wanted >= low && wanted <= high;
    const from = believed ? wanted : low;
    const key = keyOf(topic, partition);
    const fresh: Read = { topic, partition, listeners: new Set(), next: from, rests: false, refusal: undefined };
    const read = this.#reads.get(key) ?? fresh;
    this.#reads.set(key, read);
    if (read.listeners.size === 0 || from < read.next) read.next = from;
    read.listeners.add(listener);
    this.flow();
    const detach = (): void => {
      read.listeners.delete(listener);
      this.flow();
    };
    return { from, end: high, complete: believed || (begin === undefined && low === 0n), detach };
  }

  /** Looks at what is wanted: somebody listens, or has room again. */
  flow(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#look();
  }

  /** Whoever still listens is told that nothing comes any more. */
  async close(): Promise<void> {
    const error = new Error('the bus is closed');
    if (this.#failed === undefined) this.#end(error);
    this.#closing.abort();
    const cluster = await this.#cluster?.catch(() => undefined);
    await cluster?.disconnect();
  }

  /** A client that knows all topics that are read here. */
  #client(): Promise<FetchingCluster> {
    return (this.#cluster ??= this.#newClient().catch((error: unknown) => {
      this.#cluster = undefined;
      throw error;
    }));
  }

  async #newClient(): Promise<FetchingCluster> {
    const cluster = new FetchingCluster(kafkaOf(this.options.connection, PATIENCE_OF_CLIENT));
    try {
      await cluster.connect();
      for (const topic of this.#topics) await unlessAbsent(cluster.know(topic));
    } catch (error) {
      await cluster.disconnect().catch(() => undefined);
      throw error;
    }
    return cluster;
  }

  /** Waits for a broker that is away; a topic that no broker has is said to be absent. */
  async #know(topic: string): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !this.#topics.has(topic); pause = longer(pause)) {
      if (this.#failed !== undefined) throw this.#failed.error;
      const asked = this.#client();
      try {
        await (await asked).know(topic);
        this.#topics.add(topic);
      } catch (error) {
        if (isAbsent(error) || isFinal(error)) throw error;
        await this.#anew(asked, pause, error);
      }
    }
  }

  /** The client has failed: after a pause there is another one. */
  async #anew(failed: Promise<FetchingCluster>, pause: number, error: unknown): Promise<void> {
    // What its client tells by itself is not told twice.
    if ((error as KafkaError).retriable === undefined)
      this.#tell('fetching failed and begins anew', { error: String(error) });
    if (this.#cluster === failed) {
      this.#cluster = undefined;
      void failed.then((cluster) => cluster.disconnect()).catch(() => undefined);
    }
    await this.#pause(pause);
  }

  #pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  /** Begins to ask every broker that leads something that is wanted, and is not asked already. */
  async #look(): Promise<void> {
    // What is said in one turn is looked at together.
    await Promise.resolve();
    await this.#untilDone(async (cluster) => {
      await cluster.keepLeaders();
      // A broker that has just begun may know a topic later than it answers, and one that was deleted may be there again.
      const unled = [...this.#reads.values()].filter((read) => isWanted(read) && !isLed(cluster, read));
      for (const topic of new Set(unled.map((read) => read.topic))) await unlessAbsent(cluster.know(topic));
      if (unled.some((read) => !isLed(cluster, read))) await cluster.askForLeaders();
      this.#looking = false;
      for (const [broker, wanted] of this.#wanted(cluster)) {
        if (!this.#asking.has(broker)) void this.#ask(broker);
        else if (this.#lacks(broker, wanted)) cluster.cutShort(broker);
      }
      return true;
    });
  }

  /** Fetches from one broker as long as it leads something that is wanted. */
  async #ask(broker: string): Promise<void> {
    this.#asking.add(broker);
    await this.#untilDone(async (cluster) => {
      await cluster.keepLeaders();
      const wanted = this.#wanted(cluster).get(broker) ?? [];
      if (wanted.length === 0) return true;
      const brought = await this.#fetch(cluster, broker, wanted);
      const { gatherMs = 0 } = this.options;
      if (brought && gatherMs > 0) await this.#pause(gatherMs);
      return false;
    });
    this.#asking.delete(broker);
    // Another broker may lead by now what this one led.
    if (this.#failed === undefined && [...this.#reads.values()].some(isWanted)) this.flow();
  }

  /** Repeats a step until it is done or nothing is fetched any more; with a new client when it fails. */
  async #untilDone(step: (cluster: FetchingCluster) => Promise<boolean>): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (this.#failed === undefined) {
      const client = this.#client();
      try {
        if (await step(await client)) return;
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (this.#failed !== undefined) return;
        if (isFinal(error)) this.#fail(error);
        else await this.#anew(client, pause, error);
        pause = longer(pause);
      }
    }
  }

  /** Whether something is wanted that the fetch which the broker holds does not ask for: a new partition, or one from further back. */
  #lacks(broker: string, wanted: readonly Read[]): boolean {
    const held = this.#held.get(broker);
    return (
      held !== undefined && wanted.some(({ topic, partition, next }) => held.get(keyOf(topic, partition)) !== next)
    );
  }

  /** What is wanted and may be asked for, by the broker that leads it. */
  #wanted(cluster: FetchingCluster): ReadonlyMap<string, readonly Read[]> {
    const wanted = new Map<string, Read[]>();
    for (const read of this.#reads.values()) {
      if (!isWanted(read)) continue;
      const leader = cluster.leaderOf(read.topic, read.partition);
      if (leader === undefined) {
        void this.#rest(read, 'LEADER_NOT_AVAILABLE');
        continue;
      }
      const those = wanted.get(leader);
      if (those === undefined) wanted.set(leader, [read]);
      else those.push(read);
    }
    return wanted;
  }

  /** @returns whether anything came */
  async #fetch(cluster: FetchingCluster, broker: string, wanted: readonly Read[]): Promise<boolean> {
    const positions = this.#order.next(broker, wanted).map((read) => ({
      ...{ topic: read.topic, partition: read.partition, offset: read.next },
    }));
    const asked = new Map(positions.map((each) => [keyOf(each.topic, each.partition), each.offset]));
    const maxWaitMs = this.#holdOf(broker, wanted);
    if (maxWaitMs === HOLD_MS) this.#held.set(broker, asked);
    let answers: FetchResponse['responses'];
    try {
      answers = await cluster.fetch(broker, {
        ...{ positions, maxWaitMs },
        maxBytes: MOST_BYTES,
        maxBytesOfPartition: MOST_BYTES_OF_PARTITION,
      });
    } catch (error) {
      const { name } = error as KafkaError;
      if (!AWAY.includes(name)) throw error;
      for (const read of wanted) void this.#rest(read, name);
      if (SILENT.includes(name)) await cluster.leave(broker);
      await cluster.askForLeaders();
      return false;
    } finally {
      this.#held.delete(broker);
    }
    let brought = false;
    let refused = false;
    for (const { topicName, partitions } of answers) {
      for (const data of partitions) {
        const key = keyOf(topicName, data.partition);
        const read = this.#reads.get(key);
        const offset = asked.get(key);
        // Somebody rewound the partition meanwhile, or the last listener has left.
        if (read === undefined || offset === undefined || read.next !== offset || read.listeners.size === 0) continue;
        const error = errorOf(data);
        if (error === undefined) brought = hand(read, offset, data) || brought;
        else if (data.errorCode === OFFSET_OUT_OF_RANGE) void this.#beginAnew(read, offset);
        else if (isFinal(error)) throw error;
        else {
          refused = true;
          void this.#rest(read, error.type ?? error.name);
        }
      }
    }
    if (refused) await cluster.askForLeaders();
    return brought;
  }

  /** How long a broker may hold a fetch, milliseconds. */
  #holdOf(broker: string, wanted: readonly Read[]): number {
    const before = this.#asked.get(broker);
    this.#asked.set(broker, wanted);
    if ([...this.#reads.values()].some(isFull)) return SHORT_HOLD_MS;
    const isTheSame = before?.length === wanted.length && wanted.every((read, n) => read === before[n]);
    return isTheSame ? HOLD_MS : FIRST_HOLD_MS;
  }

  /** A partition that cannot be read now is asked for again later, and keeps nobody else waiting. */
  async #rest(read: Read, refusal: string): Promise<void> {
    const { topic, partition } = read;
    if (read.refusal !== refusal) this.#tell('a partition cannot be read for now', { topic, partition, refusal });
    read.refusal = refusal;
    read.rests = true;
    await this.#pause(REST_MS);
    read.rests = false;
    this.flow();
  }

  /** What it was to be read from is not there: it goes on with the oldest message kept. */
  async #beginAnew(read: Read, offset: bigint): Promise<void> {
    read.rests = true;
    // Whoever fails meanwhile has told those who listen.
    const bounds = await this.#bounds(read.topic, read.partition).catch(() => undefined);
    if (bounds !== undefined && read.next === offset) {
      const [low, high] = bounds;
      read.next = low;
      // Perhaps nothing comes for a long time: they know at least that nothing was left before it.
      for (const listener of read.listeners) listener.push([], low, high);
    }
    read.rests = false;
    this.flow();
  }

  #tell(message: string, details: Readonly<Record<string, unknown>>): void {
    this.options.connection.log?.('warn', `kafka: ${message}`, details);
  }

  #fail(error: unknown): void {
    this.#end(error);
    this.options.onFatal(error);
  }

  #end(error: unknown): void {
    this.#failed = { error };
    for (const { listeners } of this.#reads.values()) for (const each of listeners) each.fail(error);
  }

  /** Waits for a leader, as for a broker that is away; a partition that the topic does not have is said to be missing. */
  async #bounds(topic: string, partition: number): Promise<readonly [low: bigint, high: bigint]> {
    let missing = 0;
    for (let pause = FIRST_PAUSE_MS; this.#failed === undefined; pause = longer(pause)) {
      if (missing > MISSING_ATTEMPTS) throw new Error(`${topic} has no partition ${partition}`);
      const asked = this.#client();
      try {
        const cluster = await asked;
        if (pause > FIRST_PAUSE_MS) {
          await unlessAbsent(cluster.know(topic));
          await cluster.askForLeaders();
        }
        const leader = cluster.leaderOf(topic, partition);
        if (leader !== undefined) return await cluster.bounds(leader, topic, partition);
        if (!cluster.has(topic, partition)) missing += 1;
        await this.#pause(pause);
      } catch (error) {
        if (isFinal(error)) throw error;
        if ((error as KafkaError).type === undefined) await this.#anew(asked, pause, error);
        else await this.#pause(pause);
      }
    }
    throw this.#failed.error;
  }
}

const isLed = (cluster: FetchingCluster, { topic, partition }: Read): boolean =>
  cluster.leaderOf(topic, partition) !== undefined;

const isWanted = (read: Read): boolean => read.listeners.size > 0 && !read.rests && !isFull(read);

/** Hands out what came of a partition. */
function hand(read: Read, offset: bigint, data: FetchedPartition): boolean {
  read.refusal = undefined;
  const { messages, next } = readableMessages(offset, data);
  if (next === offset) return false;
  read.next = next;
  for (const listener of read.listeners) listener.push(messages, next, BigInt(data.highWatermark));
  return messages.length > 0;
}

function isFinal(error: unknown): boolean {
  const { name, type } = error as KafkaError;
  return FINAL.has(type) || ['KafkaJSNotImplemented', 'KafkaJSSASLAuthenticationError'].includes(name);
}

/** A topic that is not there has no leader, and the others are read. */
async function unlessAbsent(asked: Promise<void>): Promise<void> {
  await asked.catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
}

const isAbsent = (error: unknown): boolean => (error as KafkaError).type === 'UNKNOWN_TOPIC_OR_PARTITION';

const offsetOf = (hint: string | undefined): bigint | undefined =>
  hint !== undefined && /^\d+$/.test(hint) ? BigInt(hint) : undefined;
