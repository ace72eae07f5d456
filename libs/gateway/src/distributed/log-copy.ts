import { setTimeout as wait } from 'node:timers/promises';
import {
  CorrectionRefused,
  GroupCommitter,
  copyCorrection,
  partitionNumbers,
  shapeOf,
  untilStored,
  type LogDirectory,
} from '@ballast/event-log';
import type { SealedEvent } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ExchangeLog, type ServiceLog } from '@ballast/facts';
import { InvariantViolation, type Instant } from '@ballast/kernel';
import type { Batch, Bus, Subscription } from '@ballast/messaging';
import { Problem } from '../rest/problem.js';

const SUBSCRIBE_AGAIN_MS = 1_000;
/** Who asks for what was decided a moment ago waits so long for it to come here. */
const REACHED_WITHIN_MS = 5_000;

type CopiedLog = ServiceLog | ExchangeLog;

interface Followed {
  readonly log: CopiedLog;
  readonly partition: number;
  /** Up to here it is stored, as far as this process knows. */
  stored: { readonly size: number; readonly head: Buffer; readonly epoch: number };
  /** Up to here those who watch were told. */
  told: number;
  offset: string | undefined;
}

export interface LogCopyOptions {
  /** In the gateways' own database. */
  readonly logs: LogDirectory;
  readonly bus: Bus;
  readonly worker: string;
  readonly onTrouble: (what: string, error: unknown) => void;
}

/**
 * The logs of the house as they come over Kafka, kept in the gateways' database: every list, every history and every picture of a gateway is
 * made from them. All gateways of one database fill the same copy, each with what the others have not stored yet: an entry follows the
 * chain head before it or is not taken, so it makes no difference whose it is.
 */
export class LogCopy {
  readonly #followed = new Map<string, Followed>();
  readonly #committers = new Map<string, GroupCommitter>();
  readonly #listeners = new Set<(entries: readonly SealedEvent[]) => void>();
  readonly #waiting = new Set<{ readonly reached: () => boolean; readonly resolve: () => void }>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #troubles = new Map<string, string>();
  readonly #stop = new AbortController();
  #clearing: Instant = 0;

  private constructor(private readonly options: LogCopyOptions) {}

  /** Finds out how far the copy goes; nothing is read of Kafka until `start`. */
  static async open(options: LogCopyOptions): Promise<LogCopy> {
    const copy = new LogCopy(options);
    const { logs } = options;
    for (const log of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      copy.#committers.set(log, new GroupCommitter(logs.log(log)));
      const heads = new Map((await logs.log(log).heads()).map((head) => [head.partition, head]));
      for (const partition of partitionNumbers(shapeOf(log, logs.partitions))) {
        const head = heads.get(partition);
        if (head === undefined) throw new InvariantViolation(`the copy of ${log} has no partition ${partition}`);
        const [cursor] = await logs.log(log).cursors(partition);
        copy.#clearing = Math.max(copy.#clearing, head.clearing);
        copy.#followed.set(`${log}/${partition}`, {
          ...{ log, partition, stored: head },
          told: head.size,
          offset: cursor?.nextOffset ?? undefined,
        });
      }
    }
    return copy;
  }

  get logs(): LogDirectory {
    return this.options.logs;
  }

  /** Newest clearing time of any entry. */
  get clearing(): Instant {
    return this.#clearing;
  }

  /** Up to where those who watch were told of each partition of a log. */
  positions(log: ServiceLog): ReadonlyMap<number, number> {
    const own = [...this.#followed.values()].filter((followed) => followed.log === log);
    return new Map(own.map(({ partition, told }) => [partition, told] as const));
  }

  /** Why some log does not come any further, in sentences; empty when all do. */
  get troubles(): readonly string[] {
    return [...this.#troubles.values()];
  }

  /** Reads on where the copy ends. */
  async start(): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((place) => this.#follow(place)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.stop()));
  }

  /** Watches what is added, in the order of each partition. Returns how to stop. */
  onAppended(listener: (entries: readonly SealedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everybody who watches was told of a partition up to a position; false when that takes too long. */
  async isReached(log: ServiceLog, partition: number, position: number, withinMs: number): Promise<boolean> {
    const followed = this.#followed.get(`${log}/${partition}`);
    const reached = (): boolean => (followed?.told ?? 0) >= position;
    if (reached()) return true;
    const waits = { reached, resolve: (): void => undefined };
    const arrived = new Promise<void>((resolve) => (waits.resolve = resolve));
    this.#waiting.add(waits);
    const patience = new AbortController();
    await Promise.race([arrived, wait(withinMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    this.#waiting.delete(waits);
    return reached();
  }

  /** @throws Problem when the entries that a question needs have not come in time */
  async reached(log: ServiceLog, partition: number, position: number): Promise<void> {
    if (await this.isReached(log, partition, position, REACHED_WITHIN_MS)) return;
    throw new Problem('not-ready', `what ${log}/${partition} decided last has not come here yet; ask again`);
  }

  async #follow(place: string): Promise<void> {
    const followed = this.#followed.get(place) as Followed;
    const { log, partition } = followed;
    while (!this.#stop.signal.aborted) {
      const { told: after, offset } = followed;
      const chain = after === followed.stored.size ? { chain: followed.stored.head } : {};
      const source = { log, partition, after, ...chain, ...(offset === undefined ? {} : { offset }) };
      try {
        const subscription = await this.options.bus.subscribe(
          [source],
          (batch) => this.#take(followed, batch),
          ({ error }) => void this.#halted(place, error),
        );
        this.#subscriptions.set(place, subscription);
        return;
      } catch (error) {
        this.options.onTrouble(`the copy of ${place}`, error);
        await wait(SUBSCRIBE_AGAIN_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  /** What contradicts itself waits for people; anything else may pass. */
  async #halted(place: string, error: unknown): Promise<void> {
    this.options.onTrouble(`the copy of ${place}`, error);
    if (error instanceof InvariantViolation) {
      this.#troubles.set(place, `${place} is no longer read: ${error.message}`);
      return;
    }
    await wait(SUBSCRIBE_AGAIN_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    // What is left of a subscription that halted is in nobody's way.
    await this.#subscriptions
      .get(place)
      ?.stop()
      .catch((left: unknown) => this.options.onTrouble(`the end of a subscription to ${place}`, left));
    if (!this.#stop.signal.aborted) await this.#follow(place);
  }

  async #take(followed: Followed, { entries, nextOffset }: Batch): Promise<void> {
    const news = entries.filter(({ position }) => position > followed.told);
    if (news.length === 0) return;
    await untilStored(() => this.#store(followed, news, nextOffset), {}, this.#stop.signal);
    followed.told = (news.at(-1) as SealedEvent).position;
    followed.offset = nextOffset;
    for (const { time } of news) this.#clearing = Math.max(this.#clearing, time.clearing);
    for (const listener of this.#listeners) listener(news);
    for (const each of this.#waiting) if (each.reached()) each.resolve();
  }

  /** Adds what nobody has added yet. */
  async #store(followed: Followed, news: readonly SealedEvent[], nextOffset: string): Promise<void> {
    const { log, partition } = followed;
    for (;;) {
      const { size, head, epoch } = followed.stored;
      const missing = news.filter(({ position }) => position > size);
      const last = missing.at(-1);
      if (last === undefined) return;
      for (const event of missing) await this.#copyCorrection(event);
      const outcome = await (this.#committers.get(log) as GroupCommitter).submit({
        ...{ partition, epoch, expectedSize: size, expectedHead: head, events: missing, commands: [] },
        cursors: [[log, partition, last.position, nextOffset]],
        worker: this.options.worker,
      });
      if (outcome.status === 'appended' || outcome.status === 'duplicate') {
        followed.stored = { size: last.position, head: last.chain, epoch };
        return;
      }
      // Another gateway was faster: what it stored follows the same chain.
      const now = (await this.logs.log(log).heads()).find((each) => each.partition === partition);
      if (now === undefined || now.size <= size) {
        throw new InvariantViolation(`the copy of ${log}/${partition} does not take what follows ${size}`);
      }
      followed.stored = now;
    }
  }

  /** How its readers read an event must be known before the event is here. */
  async #copyCorrection(event: SealedEvent): Promise<void> {
    try {
      await copyCorrection(this.logs.log(event.log as CopiedLog), event);
    } catch (error) {
      // Another gateway was faster.
      if (!(error instanceof CorrectionRefused)) throw error;
    }
  }
}
