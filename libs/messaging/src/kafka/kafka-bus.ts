import type { KafkaMessage } from 'kafkajs';
import {
  decodeCommand,
  decodeMessage,
  decodeOwnMessage,
  encodeCommand,
  encodeMessage,
  PARKED_TOPIC,
  topicOf,
  type DecodedMessage,
  type FieldError,
} from '@ballast/contracts';
import type { SealedEvent } from '@ballast/event-sourcing';
import { SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import type {
  Batch,
  Bus,
  BusIncident,
  CommandBatch,
  CommandMessage,
  Halt,
  LogReader,
  ParkedMessage,
  SourceCursor,
  Subscription,
} from '../bus.js';
import { SourceSequence, type Arrived } from '../source-sequence.js';
import { probeBrokers } from './api-versions.probe.js';
import type { KafkaError } from './fetching-cluster.js';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import { PartitionFeed, type Delivery } from './partition-feed.js';
import { SerialProducer, type PlacedMessage } from './serial-producer.js';
import { TopicFetcher, type Attachment, type PartitionListener } from './topic-fetcher.js';

export interface KafkaBusOptions {
  readonly connection: KafkaConnection;
  /** Incarnation of the log partition that an entry to be published stands in. */
  readonly incarnationOf: (log: string, partition: number) => string;
  /** Reads from the logs what Kafka no longer has. */
  readonly read?: LogReader;
  /** Largest number of messages in one batch; default 1000. */
  readonly batchSize?: number;
  /** How long what comes close together is gathered; default: everything is fetched as soon as it is there. */
  readonly gatherMs?: number;
  readonly onIncident?: (incident: BusIncident) => void;
}

/**
 * The bus over Apache Kafka. Topics are there already (`createTopics`). Where to read is said by the readers' own
 * cursors; no offset is committed anywhere.
 */
export class KafkaBus implements Bus {
  readonly #producer: SerialProducer;
  readonly #prefix: string;
  readonly #batchSize: number;
  readonly #report: (incident: BusIncident) => void;
  readonly #fetcher: TopicFetcher;
  readonly #feeds = new Set<PartitionFeed>();
  /** Places of messages that were parked, by this process or one before it. */
  readonly #parked = new Set<string>();
  #parkedBefore: Promise<void> | undefined;
  /** Each message is read once, however many listen to its partition. */
  readonly #decoded = new WeakMap<KafkaMessage, DecodedMessage>();

  private constructor(private readonly options: KafkaBusOptions) {
    this.#producer = new SerialProducer(kafkaOf(options.connection));
    this.#prefix = options.connection.prefix ?? '';
    this.#batchSize = options.batchSize ?? 1000;
    this.#report = options.onIncident ?? (() => undefined);
    this.#fetcher = new TopicFetcher({
      connection: options.connection,
      onFatal: (error) => this.#report({ kind: 'fatal', error }),
      ...(options.gatherMs === undefined ? {} : { gatherMs: options.gatherMs }),
    });
  }

  /**
   * Connects, after making sure that client and brokers understand each other.
   * @throws UnsupportedBroker when they do not
   */
  static async open(options: KafkaBusOptions): Promise<KafkaBus> {
    await probeBrokers(options.connection);
    return new KafkaBus(options);
  }

  publish(entries: readonly SealedEvent[]): Promise<void> {
    return this.#producer.send(
      entries.map((entry) =>
        this.#placed(encodeMessage(entry, { incarnation: this.options.incarnationOf(entry.log, entry.partition) })),
      ),
    );
  }

  async subscribe(
    sources: readonly SourceCursor[],
    handle: (batch: Batch) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<Subscription> {
    // All at once: readers join while they know what all of them want, and fetch it together.
    const begun = await Promise.allSettled(sources.map((source) => this.#follow(source, handle, onHalt)));
    const feeds = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const subscription = this.#subscriptionOf(feeds);
    const failed = begun.find((each) => each.status === 'rejected');
    if (failed !== undefined) {
      await subscription.stop();
      throw failed.reason;
    }
    return subscription;
  }

  send(command: CommandMessage): Promise<void> {
    return this.#producer.send([this.#placed(encodeCommand(command))]);
  }

  async receive(
    source: Pick<SourceCursor, 'log' | 'partition' | 'offset'>,
    handle: (batch: CommandBatch) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<Subscription> {
    const { log, partition } = source;
    const deliver = async ({ messages, nextOffset }: Delivery): Promise<void> => {
      const commands: CommandMessage[] = [];
      const parked: ParkedMessage[] = [];
      for (const message of messages) {
        const decoded = decodeCommand(message);
        if (decoded.ok) commands.push(decoded.command);
        else parked.push(await this.#park(source, message, sentenceOf(decoded.error)));
      }
      await handle({ log, partition, commands, parked, nextOffset });
    };
    return this.#subscriptionOf([await this.#attach(source, deliver, async () => undefined, onHalt)]);
  }

  async close(): Promise<void> {
    // Both at once: what is in hand may wait for what was parked before, and would for ever if that is no longer fetched.
    await Promise.all([...[...this.#feeds].map((feed) => feed.stop()), this.#fetcher.close()]);
    await this.#producer.close();
  }

  #follow(
    source: SourceCursor,
    handle: (batch: Batch) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<PartitionFeed> {
    const { log, partition } = source;
    const sequence = new SourceSequence(log, partition, source, this.options.read, this.#report);
    const begin = async ({ from, complete }: Attachment): Promise<void> => {
      // Kafka has forgotten the beginning, and perhaps nothing new comes for a long time: the log knows the rest.
      while (!complete) {
        const entries = await sequence.readOn();
        if (entries.length === 0) return;
        await handle({ log, partition, entries, parked: [], nextOffset: String(from), behind: 0 });
      }
    };
    const deliver = async ({ messages, nextOffset, behind }: Delivery): Promise<void> => {
      const parked: ParkedMessage[] = [];
      const arrived: Arrived[] = [];
      const carriers: KafkaMessage[] = [];
      for (const message of messages) {
        const decoded = this.#decode(source, message);
        const entry = arrivedIn(decoded);
        if (entry === undefined) {
          parked.push(await this.#park(source, message, decoded.ok ? '' : sentenceOf(decoded.error)));
        } else {
          arrived.push(entry);
          carriers.push(message);
        }
      }
      const { entries, strangers } = await sequence.admit(arrived);
      for (const { index, reason } of strangers) {
        parked.push(await this.#park(source, carriers[index] as KafkaMessage, `stranger: ${reason}`));
      }
      if (entries.length > 0 || parked.length > 0) {
        await handle({ log, partition, entries, parked, nextOffset, behind });
      }
    };
    return this.#attach(source, deliver, begin, onHalt);
  }

  async #attach(
    { log, partition, offset }: Pick<SourceCursor, 'log' | 'partition' | 'offset'>,
    deliver: (delivery: Delivery) => Promise<void>,
    begin: (attachment: Attachment) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<PartitionFeed> {
    const { topic, kafkaPartition } = topicOf(log, partition);
    const feed = new PartitionFeed(this.#batchSize, deliver, {
      begin,
      flow: () => this.#fetcher.flow(),
      onHalt: (error) => {
        this.#report({ kind: 'halted', log, partition, error });
        onHalt?.({ log, partition, error });
      },
    });
    feed.start(await this.#fetcher.attach(`${this.#prefix}${topic}`, kafkaPartition, offset, feed));
    this.#feeds.add(feed);
    return feed;
  }

  #subscriptionOf(feeds: readonly PartitionFeed[]): Subscription {
    return {
      stop: async () => {
        await Promise.all(feeds.map((feed) => feed.stop()));
        for (const feed of feeds) this.#feeds.delete(feed);
      },
    };
  }

  #decode({ log, partition }: Pick<SourceCursor, 'log' | 'partition'>, message: KafkaMessage): DecodedMessage {
    let decoded = this.#decoded.get(message);
    if (decoded === undefined) {
      const { topic, kafkaPartition } = topicOf(log, partition);
      const read = SERVICE_LOGS.includes(log as ServiceLog) ? decodeOwnMessage : decodeMessage;
      decoded = read(message, { topic, partition: kafkaPartition });
      this.#decoded.set(message, decoded);
    }
    return decoded;
  }

  /** Keeps the bytes and tells of them once; a copy goes to the parking topic, never to the end of its own. */
  async #park(
    { log, partition }: Pick<SourceCursor, 'log' | 'partition'>,
    message: KafkaMessage,
    error: string,
  ): Promise<ParkedMessage> {
    const { topic, kafkaPartition } = topicOf(log, partition);
    const headers: Record<string, Buffer> = {};
    for (const [name, value] of Object.entries(message.headers ?? {})) {
      const first = Array.isArray(value) ? value[0] : value;
      if (first !== undefined) headers[name] = Buffer.from(first);
    }
    const { key, value, offset } = message;
    const parked: ParkedMessage = { topic, partition: kafkaPartition, offset, key, value, headers, error };
    const place = `${topic}/${kafkaPartition}/${offset}`;
    await (this.#parkedBefore ??= this.#readParked());
    if (!this.#parked.has(place)) {
      this.#parked.add(place);
      this.#report({ kind: 'parked', message: parked });
      const copy = {
        topic: PARKED_TOPIC,
        partition: 0,
        key: place,
        value,
        headers: { ...headers, 'parked-error': error },
      };
      try {
        await this.#producer.send([this.#placed(copy)]);
      } catch (error) {
        // Whoever comes here again owes the copy still.
        this.#parked.delete(place);
        throw error;
      }
    }
    return parked;
  }

  /** What was parked before this process began is not parked again, though it is read again. */
  async #readParked(): Promise<void> {
    const parked = new Parked(this.#parked);
    try {
      await parked.read(await this.#fetcher.attach(`${this.#prefix}${PARKED_TOPIC}`, 0, undefined, parked));
    } catch (error) {
      this.#parkedBefore = undefined;
      // Without that topic nothing can be parked either, and whoever tries is told so; the next attempt looks again.
      if ((error as KafkaError).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    }
  }

  #placed(message: PlacedMessage): PlacedMessage {
    return { ...message, topic: `${this.#prefix}${message.topic}` };
  }
}

/** Takes the places of what was parked up to now. */
class Parked implements PartitionListener {
  readonly full = false;
  #next = 0n;
  /** Offset of the next message to come, as was said last. */
  #end: bigint | undefined;
  #changed: () => void = () => undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(private readonly places: Set<string>) {}

  push(messages: readonly KafkaMessage[], next: bigint, end: bigint): void {
    for (const { key } of messages) if (key !== null) this.places.add(key.toString());
    [this.#next, this.#end] = [next, end];
    this.#changed();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#changed();
  }

  async read(attachment: Attachment): Promise<void> {
    if (this.#next < attachment.from) this.#next = attachment.from;
    // A topic that lost its end, with its leader, ends before where it did.
    const isBefore = (end: bigint): boolean => this.#next < end && (this.#end === undefined || this.#next < this.#end);
    while (this.#failure === undefined && isBefore(attachment.end)) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    attachment.detach();
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

const sentenceOf = ({ code, field, message, remedy }: FieldError & { readonly code: string }): string =>
  `${code}: ${field} ${message}; ${remedy}`;

/**
 * The entry of a message, also when its type or version is unknown here: whoever decides refuses it then, whoever
 * only shows may skip it. Undefined for what is no entry.
 */
function arrivedIn(decoded: DecodedMessage): Arrived | undefined {
  const { event: entry, delivery } = decoded;
  if (entry === undefined) return undefined;
  const { incarnation } = delivery ?? {};
  const defect = !decoded.ok && decoded.error.code === 'malformed' ? sentenceOf(decoded.error) : undefined;
  return {
    entry,
    ...(incarnation === undefined ? {} : { incarnation }),
    ...(defect === undefined ? {} : { defect }),
  };
}
