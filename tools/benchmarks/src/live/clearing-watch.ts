import type { SealedEvent } from '@ballast/event-sourcing';
import type { AccountsEvents } from '@ballast/facts';
import type { Bus, Subscription } from '@ballast/messaging';
import { Latencies } from '../measure/latencies.js';

/** Fills of one load, from when they were handed to the broker. */
export interface LoadFigures {
  readonly toPosition: Latencies;
  readonly toAssessment: Latencies;
  booked: number;
  assessed: number;
  /** The one that waited longest for its assessment. */
  longest: LongestWait | undefined;
}

/** Milliseconds: of the wait, how much of it passed before there was a position, and when the fill was sent after the load began. */
export interface LongestWait {
  readonly ms: number;
  readonly toPositionMs: number;
  readonly sentAtMs: number;
  readonly partition: number;
}

interface Booked {
  readonly position: number;
  readonly sentAt: number;
  readonly bookedAt: number;
}

/**
 * Watches what the services publish: a fill has become a position with its PositionChanged, and is assessed with the first event of margin
 * whose basis covers that.
 */
export class ClearingWatch {
  figures: LoadFigures = newFigures();
  /** Wall milliseconds at which a trade was sent; both sides were sent together. */
  readonly #sent = new Map<string, number>();
  /** By partition, in order: what margin has not assessed yet. */
  readonly #waiting = new Map<number, Booked[]>();
  /** By partition: up to which position of accounts margin has assessed. */
  readonly #assessedUpTo = new Map<number, number>();
  #begunAt = performance.now();
  /** Events of accounts by type, and of pricing. */
  readonly seen = new Map<string, number>();
  /** When margin last decided something, by partition. */
  readonly lastOfMargin = new Map<number, number>();
  #subscription: Subscription | undefined;

  /** Follows accounts, pricing and margin from their beginnings. */
  async start(bus: Pick<Bus, 'subscribe'>, partitions: number): Promise<void> {
    const numbered = Array.from({ length: partitions }, (_, partition) => partition);
    this.#subscription = await bus.subscribe(
      [
        { log: 'pricing', partition: -1, after: 0 },
        ...numbered.flatMap((partition) => ['accounts', 'margin'].map((log) => ({ log, partition, after: 0 }))),
      ],
      async ({ log, partition, entries }) => {
        const now = performance.now();
        for (const entry of entries) {
          if (log === 'margin') this.#decided(partition, entry, now);
          else this.#told(partition, entry, now);
        }
      },
    );
  }

  stop(): Promise<void> | undefined {
    return this.#subscription?.stop();
  }

  /** Begins a load; what is on its way from the one before no longer counts. */
  reset(): void {
    this.figures = newFigures();
    this.#sent.clear();
    this.#waiting.clear();
    this.#begunAt = performance.now();
  }

  sent(trades: readonly string[], at: number): void {
    for (const id of trades) this.#sent.set(id, at);
  }

  #told(partition: number, { type, position, payload }: SealedEvent, now: number): void {
    this.seen.set(type, (this.seen.get(type) ?? 0) + 1);
    if (type !== 'PositionChanged') return;
    const sentAt = this.#sent.get((payload as AccountsEvents['PositionChanged']).tradeId);
    if (sentAt === undefined) return;
    this.figures.booked += 1;
    this.figures.toPosition.record(now - sentAt);
    const booked: Booked = { position, sentAt, bookedAt: now };
    const waiting = this.#waiting.get(partition);
    // What is read of two topics may come in either order.
    if (position <= (this.#assessedUpTo.get(partition) ?? 0)) this.#assessed(partition, booked, now);
    else if (waiting === undefined) this.#waiting.set(partition, [booked]);
    else waiting.push(booked);
  }

  #decided(partition: number, { basis }: SealedEvent, now: number): void {
    this.lastOfMargin.set(partition, now);
    for (const [log, source, upTo] of basis) {
      if (log !== 'accounts') continue;
      this.#assessedUpTo.set(source, upTo);
      const waiting = this.#waiting.get(source) ?? [];
      let done = 0;
      for (let next = waiting[done]; next !== undefined && next.position <= upTo; next = waiting[done]) {
        this.#assessed(source, next, now);
        done += 1;
      }
      waiting.splice(0, done);
    }
  }

  #assessed(partition: number, { sentAt, bookedAt }: Booked, now: number): void {
    const { figures } = this;
    const ms = now - sentAt;
    figures.assessed += 1;
    figures.toAssessment.record(ms);
    if (ms <= (figures.longest?.ms ?? -1)) return;
    figures.longest = { ms, toPositionMs: bookedAt - sentAt, sentAtMs: sentAt - this.#begunAt, partition };
  }
}

const newFigures = (): LoadFigures => ({
  toPosition: new Latencies(),
  toAssessment: new Latencies(),
  booked: 0,
  assessed: 0,
  longest: undefined,
});
