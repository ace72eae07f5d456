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
}

interface Booked {
  readonly position: number;
  readonly sentAt: number;
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
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined) this.#waiting.set(partition, [{ position, sentAt }]);
    else waiting.push({ position, sentAt });
  }

  #decided(partition: number, { basis }: SealedEvent, now: number): void {
    this.lastOfMargin.set(partition, now);
    for (const [log, source, upTo] of basis) {
      if (log !== 'accounts') continue;
      const waiting = this.#waiting.get(source) ?? [];
      let done = 0;
      for (let next = waiting[done]; next !== undefined && next.position <= upTo; next = waiting[done]) {
        this.figures.assessed += 1;
        this.figures.toAssessment.record(now - next.sentAt);
        done += 1;
      }
      waiting.splice(0, done);
    }
  }
}

const newFigures = (): LoadFigures => ({
  toPosition: new Latencies(),
  toAssessment: new Latencies(),
  booked: 0,
  assessed: 0,
});
