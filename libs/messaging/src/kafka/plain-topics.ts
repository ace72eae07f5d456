import type { KafkaMessage } from 'kafkajs';
import type { Subscription } from '../bus.js';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import { SerialProducer } from './serial-producer.js';
import { TopicFetcher, type PartitionListener } from './topic-fetcher.js';

/** A message beside the logs, with its place. */
export interface PlainMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Topics that carry no log: what is said there is for those who listen now, and nobody's record. */
export class PlainTopics {
  readonly #producer: SerialProducer;
  readonly #fetchers: TopicFetcher[] = [];
  readonly #prefix: string;

  /** @param onFatal called when nothing can be read any more: the process is to end */
  constructor(
    private readonly connection: KafkaConnection,
    private readonly onFatal: (error: unknown) => void,
  ) {
    this.#producer = new SerialProducer(kafkaOf(connection));
    this.#prefix = connection.prefix ?? '';
  }

  /** Resolves when every message is on all replicas in sync. */
  send(messages: readonly PlainMessage[]): Promise<void> {
    return this.#producer.send(
      messages.map(({ topic, headers = {}, ...message }) => ({ ...message, topic: this.#prefix + topic, headers })),
    );
  }

  /** Reads partitions of a topic from the last message on, or what comes from now on. */
  async read(
    topic: string,
    partitions: number,
    begin: 'last' | 'end',
    handle: (value: string) => void,
  ): Promise<Subscription> {
    // One of its own for each subscriber: another one's rewinding must not bring old messages again.
    const fetcher = new TopicFetcher({ connection: this.connection, onFatal: this.onFatal });
    this.#fetchers.push(fetcher);
    const listener: PartitionListener = {
      full: false,
      fail: () => undefined,
      push: (messages: readonly KafkaMessage[]) => {
        for (const { value } of messages) if (value !== null) handle(value.toString());
      },
    };
    const attachments = await fetcher.attachAll(this.#prefix + topic, partitions, begin, listener);
    return {
      stop: async () => {
        for (const attachment of attachments) attachment.detach();
        await fetcher.close();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#fetchers.map((fetcher) => fetcher.close()));
    await this.#producer.close();
  }
}
