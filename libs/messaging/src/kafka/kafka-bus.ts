import type { Admin, Kafka, KafkaMessage } from 'kafkajs';
import {
  decodeCommand,
  decodeMessage,
  encodeCommand,
  encodeMessage,
  PARKED_TOPIC,
  topicOf,
  type DecodedMessage,
  type FieldError,
} from '@ballast/contracts';
import { InvariantViolation } from '@ballast/kernel';
import type { SealedEvent } from '@ballast/event-sourcing';
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
import { SourceSequence } from '../source-sequence.js';
import { probeBrokers } from './api-versions.probe.js';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import { PartitionFeed, type Delivery } from './partition-feed.js';
import { SerialProducer, type PlacedMessage } from './serial-producer.js';
import { TopicReader, type Attachment } from './topic-reader.js';

export interface KafkaBusOptions {
  readonly connection: KafkaConnection;
  /** Incarnation of the log partition that an entry to be published stands in. */
  readonly incarnationOf: (log: string, partition: number) => string;
  /** Reads from the logs what Kafka no longer has. */
  readonly read?: LogReader;
  /** Largest number of messages in one batch; default 1000. */
  readonly batchSize?: number;
  readonly onIncident?: (incident: BusIncident) => void;
}

/** The message is whole and its hash right, but its payload breaks its schema: its log holds a defect. */
class PoisonEntry extends InvariantViolation {}

/**
 * The bus over Apache Kafka. Topics are there already (`createTopics`). Where to read is said by the readers' own
 * cursors; no offset is committed anywhere.
 */
export class KafkaBus implements Bus {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #producer: SerialProducer;
  readonly #prefix: string;
  readonly #batchSize: number;
  readonly #report: (incident: BusIncident) => void;
  readonly #readers = new Map<string, TopicReader>();
  readonly #feeds = new Set<PartitionFeed>();
  readonly #parked = new Set<string>();
  /** Each message is read once, however many listen to its partition. */
  readonly #decoded = new WeakMap<KafkaMessage, DecodedMessage>();

  private constructor(private readonly options: KafkaBusOptions) {
    this.#kafka = kafkaOf(options.connection);
    this.#admin = this.#kafka.admin();
    this.#producer = new SerialProducer(this.#kafka);
    this.#prefix = options.connection.prefix ?? '';
    this.#batchSize = options.batchSize ?? 1000;
    this.#report = options.onIncident ?? (() => undefined);
  }

  /**
   * Connects, after making sure that client and brokers understand each other.
   * @throws UnsupportedBroker when they do not
   */
  static async open(options: KafkaBusOptions): Promise<KafkaBus> {
    await probeBrokers(options.connection);
    const bus = new KafkaBus(options);
    await bus.#admin.connect();
    return bus;
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
    const feeds: PartitionFeed[] = [];
    const subscription = this.#subscriptionOf(feeds);
    try {
      for (const source of sources) feeds.push(await this.#follow(source, handle, onHalt));
    } catch (error) {
      await subscription.stop();
      throw error;
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
    await Promise.all([...this.#feeds].map((feed) => feed.stop()));
    await Promise.all([...this.#readers.values()].map((reader) => reader.close()));
    await this.#producer.close();
    await this.#admin.disconnect();
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
      const arrived: SealedEvent[] = [];
      const incarnations: string[] = [];
      for (const message of messages) {
        const decoded = this.#decode(source, message);
        const event = understood(decoded);
        if (event === undefined)
          parked.push(await this.#park(source, message, decoded.ok ? '' : sentenceOf(decoded.error)));
        else {
          arrived.push(event);
          incarnations.push(decoded.delivery?.incarnation ?? '');
        }
      }
      const entries = await sequence.admit(arrived, incarnations);
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
    const reader = this.#reader(`${this.#prefix}${topic}`);
    const feed = new PartitionFeed(this.#batchSize, deliver, {
      begin,
      flow: () => reader.flow(kafkaPartition),
      onHalt: (error) => {
        this.#report({ kind: 'halted', log, partition, error });
        onHalt?.({ log, partition, error });
      },
    });
    feed.start(await reader.attach(kafkaPartition, offset, feed));
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

  #reader(topic: string): TopicReader {
    let reader = this.#readers.get(topic);
    if (reader === undefined) {
      reader = new TopicReader(this.#kafka, this.#admin, topic, this.#prefix, (error) =>
        this.#report({ kind: 'fatal', error }),
      );
      this.#readers.set(topic, reader);
    }
    return reader;
  }

  #decode({ log, partition }: Pick<SourceCursor, 'log' | 'partition'>, message: KafkaMessage): DecodedMessage {
    let decoded = this.#decoded.get(message);
    if (decoded === undefined) {
      const { topic, kafkaPartition } = topicOf(log, partition);
      decoded = decodeMessage(message, { topic, partition: kafkaPartition });
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

  #placed(message: PlacedMessage): PlacedMessage {
    return { ...message, topic: `${this.#prefix}${message.topic}` };
  }
}

const sentenceOf = ({ code, field, message, remedy }: FieldError & { readonly code: string }): string =>
  `${code}: ${field} ${message}; ${remedy}`;

/**
 * The entry of a message, also when its type or version is unknown here: whoever decides refuses it then, whoever
 * only shows may skip it. Undefined for what is no entry.
 * @throws PoisonEntry
 */
function understood(decoded: DecodedMessage): SealedEvent | undefined {
  if (decoded.ok) return decoded.event;
  const { event } = decoded;
  if (event !== undefined && decoded.error.code === 'malformed') {
    throw new PoisonEntry(
      `${event.log}/${event.partition} at position ${event.position}: ${sentenceOf(decoded.error)}`,
    );
  }
  return event;
}
