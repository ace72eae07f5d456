import type { KafkaMessage } from 'kafkajs';
import type { Attachment, PartitionListener } from './topic-fetcher.js';

/** Some thousand entries wait at most; what is beyond stays with the broker. */
const FULL_AT = 5_000;

/** Messages of one Kafka partition in offset order, and the offset behind the last of them. */
export interface Delivery {
  readonly messages: readonly KafkaMessage[];
  readonly nextOffset: string;
  /** Messages in the partition behind these, as far as that is known before they are fetched. */
  readonly behind: number;
}

/**
 * Hands the messages of one partition to one handler, one batch at a time. Its queue keeps a slow handler from
 * blocking the other partitions of the topic.
 */
export class PartitionFeed implements PartitionListener {
  #queue: KafkaMessage[] = [];
  /** What is behind the queue begins here. */
  #next = 0n;
  #end = 0n;
  #stopped = false;
  #wake: () => void = () => undefined;
  #attachment: Attachment | undefined;
  #running: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly batchSize: number,
    private readonly deliver: (delivery: Delivery) => Promise<void>,
    private readonly options: {
      /** What comes before the first message, when the topic no longer has it all. */
      readonly begin: (attachment: Attachment) => Promise<void>;
      /** There is room again. */
      readonly flow: () => void;
      readonly onHalt: (error: unknown) => void;
    },
  ) {}

  get full(): boolean {
    return this.#queue.length >= FULL_AT;
  }

  push(messages: readonly KafkaMessage[], next: bigint, end: bigint): void {
    for (const message of messages) this.#queue.push(message);
    [this.#next, this.#end] = [next, end];
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  start(attachment: Attachment): void {
    this.#attachment = attachment;
    this.#running = this.#run(attachment);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#attachment?.detach();
    this.#wake();
    await this.#running;
  }

  async #run(attachment: Attachment): Promise<void> {
    try {
      await this.options.begin(attachment);
      while (!this.#stopped) {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#queue.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        } else {
          await this.deliver(this.#take());
        }
      }
    } catch (error) {
      attachment.detach();
      // Whoever stops it counts on nothing more.
      if (!this.#stopped) this.options.onHalt(error);
    } finally {
      this.#queue = [];
    }
  }

  #take(): Delivery {
    const wasFull = this.full;
    const messages = this.#queue.splice(0, this.batchSize);
    if (wasFull && !this.full) this.options.flow();
    const next = BigInt((messages.at(-1) as KafkaMessage).offset) + 1n;
    const unfetched = this.#end > this.#next ? Number(this.#end - this.#next) : 0;
    return { messages, nextOffset: String(next), behind: this.#queue.length + unfetched };
  }
}
