import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Consumer, type EachBatchPayload, type Kafka, type KafkaMessage } from 'kafkajs';
import { forgetFetches, gatherFetches } from './prompt-client.js';

/** One who reads one Kafka partition at a pace of its own. */
export interface PartitionListener {
  /** Takes messages in offset order; what it took already may come again. Must not block. */
  push(messages: readonly KafkaMessage[], end: string): void;
  /** Too much waits here: nothing more is fetched until it is less. */
  readonly full: boolean;
  /** The consumer is gone for good. */
  fail(error: unknown): void;
}

export interface Attachment {
  /** Offset from which the listener gets messages. */
  readonly from: bigint;
  /** False when messages are missing before it: the hint was not believed, or the topic no longer begins at 0. */
  readonly complete: boolean;
  detach(): void;
}

interface PartitionState {
  readonly listeners: Set<PartitionListener>;
  /** Offset of the next message to be handed out. */
  next: bigint;
}

/**
 * How long a broker holds a fetch while nothing comes; what comes is answered at once. Long enough to be quiet, short enough to
 * begin soon with a partition that was not fetched before.
 */
const FETCH_WAIT_MS = 2_000;
const OFFSET_WAIT_MS = 500;
const OFFSET_ATTEMPTS = 10;

/**
 * Reads one topic for all listeners of this process, with a group of its own that commits nothing: where to read is
 * said by those who listen. Partitions that nobody listens to are paused. A listener that begins further back rewinds
 * the partition; the others recognise what they have had.
 */
export class TopicReader {
  readonly #partitions = new Map<number, PartitionState>();
  readonly #groupId: string;
  #consumer: Consumer;
  #subscribed: Promise<void> | undefined;
  #joined: Promise<void> | undefined;
  #joinedOnce: () => void = () => undefined;
  #failed: { readonly error: unknown } | undefined;
  /** The client refuses to be steered while it restarts; what was missed is said again when it has joined. */
  #running = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly topic: string,
    groupPrefix: string,
    private readonly onFatal: (error: unknown) => void,
    gatherMs = 0,
  ) {
    this.#groupId = `${groupPrefix}reader.${topic}.${randomUUID()}`;
    if (gatherMs > 0) gatherFetches(this.#groupId, gatherMs);
    this.#consumer = this.#newConsumer();
  }

  /** @param begin an offset, if it exists, else the oldest message kept; or the last message; or what comes from now on */
  async attach(partition: number, begin: string | undefined, listener: PartitionListener): Promise<Attachment> {
    // Asked first: the client looks for the offsets of a topic that is not there again and again.
    await (this.#subscribed ??= this.#orAnew(() => this.#subscribe()));
    const [low, high] = await this.#bounds(partition);
    const wanted = begin === 'end' ? high : begin === 'last' ? high - 1n : offsetOf(begin);
    const believed = wanted !== undefined && wanted >= low && wanted <= high;
    const from = believed ? wanted : low;
    const state = this.#partitions.get(partition) ?? { listeners: new Set(), next: from };
    this.#partitions.set(partition, state);
    const isFirst = state.listeners.size === 0;
    state.listeners.add(listener);
    if (isFirst || from < state.next) {
      state.next = from;
      this.#seek(partition, state);
    }
    this.flow(partition);
    const detach = (): void => {
      state.listeners.delete(listener);
      this.flow(partition);
    };
    try {
      // After it is known what is read: what joins now fetches that first.
      await (this.#joined ??= this.#orAnew(() => this.#join()));
      // Looked at last: whoever failed meanwhile has told those who listened then, and nobody would tell this one.
      if (this.#failed !== undefined) throw this.#failed.error;
    } catch (error) {
      detach();
      throw error;
    }
    return { from, complete: believed || (begin === undefined && low === 0n), detach };
  }

  /** Fetches a partition when somebody listens and nobody is full. */
  flow(partition: number): void {
    if (!this.#running) return;
    const listeners = [...(this.#partitions.get(partition)?.listeners ?? [])];
    const partitions = [{ topic: this.topic, partitions: [partition] }];
    if (listeners.length > 0 && listeners.every(({ full }) => !full)) this.#consumer.resume(partitions);
    else this.#consumer.pause(partitions);
  }

  async close(): Promise<void> {
    this.#failed ??= { error: new Error('the bus is closed') };
    this.#running = false;
    forgetFetches(this.#groupId);
    if (this.#subscribed !== undefined) await this.#consumer.disconnect();
  }

  #newConsumer(): Consumer {
    return this.kafka.consumer({
      groupId: this.#groupId,
      sessionTimeout: 30_000,
      heartbeatInterval: 3_000,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: 1,
      allowAutoTopicCreation: false,
    });
  }

  /** A start that fails is no start: whoever comes next begins anew, with a client that has not failed yet. */
  async #orAnew(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const failed = this.#consumer;
      this.#consumer = this.#newConsumer();
      this.#subscribed = undefined;
      this.#joined = undefined;
      await failed.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #subscribe(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.topic, fromBeginning: true });
  }

  async #join(): Promise<void> {
    const joined = new Promise<void>((resolve) => {
      this.#joinedOnce = resolve;
    });
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#afterJoin(payload.memberAssignment[this.topic] ?? []));
    this.#consumer.on(events.STOP, () => {
      this.#running = false;
    });
    this.#consumer.on(events.CRASH, ({ payload }) => {
      if (payload.restart) return;
      this.#failed = { error: payload.error };
      for (const { listeners } of this.#partitions.values()) for (const each of listeners) each.fail(payload.error);
      this.onFatal(payload.error);
      this.#joinedOnce();
    });
    await this.#consumer.run({ autoCommit: false, eachBatch: (payload) => this.#eachBatch(payload) });
    await joined;
  }

  /** A group forgets where it was and what was paused; both are said again before anything is fetched. */
  #afterJoin(assigned: readonly number[]): void {
    this.#running = true;
    for (const partition of assigned) {
      const state = this.#partitions.get(partition);
      if (state !== undefined && state.listeners.size > 0) {
        this.#seek(partition, state);
      }
      this.flow(partition);
    }
    this.#joinedOnce();
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const state = this.#partitions.get(batch.partition);
    // Fetched before somebody rewound the partition, or after the last listener left.
    if (payload.isStale() || state === undefined || state.listeners.size === 0) return;
    state.next = BigInt(batch.lastOffset()) + 1n;
    for (const listener of state.listeners) listener.push(batch.messages, batch.highWatermark);
    this.flow(batch.partition);
  }

  #seek(partition: number, { next }: PartitionState): void {
    if (this.#running) this.#consumer.seek({ topic: this.topic, partition, offset: String(next) });
  }

  async #bounds(partition: number): Promise<readonly [low: bigint, high: bigint]> {
    const found = (await this.#offsets()).find((each) => each.partition === partition);
    if (found === undefined) throw new Error(`${this.topic} has no partition ${partition}`);
    return [BigInt(found.low), BigInt(found.high)];
  }

  /** kafkajs does not repeat this one when a leader has moved, and keeps asking the old one; a new client knows better. */
  async #offsets(): Promise<readonly { readonly partition: number; readonly low: string; readonly high: string }[]> {
    let admin = this.admin;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await admin.fetchTopicOffsets(this.topic);
        } catch (error) {
          // Also what is no error of the client: one whose first question was answered late says nothing else any more.
          const final = error instanceof kafkajs.KafkaJSError && !error.retriable;
          if (final || attempt === OFFSET_ATTEMPTS) throw error;
        }
        if (admin !== this.admin) await admin.disconnect();
        await new Promise((resolve) => setTimeout(resolve, OFFSET_WAIT_MS * attempt));
        admin = this.kafka.admin();
        await admin.connect();
      }
    } finally {
      if (admin !== this.admin) await admin.disconnect();
    }
  }
}

const offsetOf = (hint: string | undefined): bigint | undefined =>
  hint !== undefined && /^\d+$/.test(hint) ? BigInt(hint) : undefined;
