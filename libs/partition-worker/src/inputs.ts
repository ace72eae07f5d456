import { compareLockstep, type BasisStep, type LogEntry, type PartitionMachine } from '@ballast/event-sourcing';
import type { Instant } from '@ballast/kernel';
import { SourceQueue } from './source-queue.js';
import { rankIn, sourceKey, type SourceRef } from './source.js';

/** An input that waits until logs its basis names are applied that far. */
export interface WaitingInput {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  /** What of its basis is not applied here. */
  readonly lacks: readonly BasisStep[];
}

/** What arrived from the sources of a partition and is not applied, and in which order it may be. */
export class Inputs {
  readonly #queues: readonly SourceQueue[];
  readonly #queueOf = new Map<string, SourceQueue>();
  readonly #compare: (a: LogEntry, b: LogEntry) => number;

  constructor(
    sources: readonly SourceRef[],
    private readonly machine: Pick<PartitionMachine<unknown>, 'cursor'>,
  ) {
    this.#compare = compareLockstep(rankIn(sources));
    this.#queues = sources
      .filter(({ log }) => !log.endsWith('.commands'))
      .map((source) => new SourceQueue(source, machine.cursor(source.log, source.partition)));
    for (const queue of this.#queues) this.#queueOf.set(sourceKey(queue.source.log, queue.source.partition), queue);
  }

  get sources(): readonly SourceRef[] {
    return this.#queues.map(({ source }) => source);
  }

  get length(): number {
    let total = 0;
    for (const queue of this.#queues) total += queue.length;
    return total;
  }

  /** Last position that arrived from a source. */
  arrived(log: string, partition: number): number {
    return this.#queueOf.get(sourceKey(log, partition))?.arrived ?? 0;
  }

  /** What arrived of a source so far ends before this offset of the bus. */
  noteOffset(log: string, partition: number, offset: string): void {
    this.#queueOf.get(sourceKey(log, partition))?.note(offset);
  }

  /** Where the bus goes on behind a position of a source, if that is known. */
  offsetAt(log: string, partition: number, position: number): string | undefined {
    return this.#queueOf.get(sourceKey(log, partition))?.offsetAt(position);
  }

  /**
   * Takes arrived entries. Duplicates are dropped by position.
   * @returns the position from which a hole must be fetched again, if there is one
   */
  offer(entries: readonly LogEntry[]): number | undefined {
    for (const entry of entries) {
      const queue = this.#queueOf.get(sourceKey(entry.log, entry.partition));
      if (queue === undefined) continue;
      if (queue.offer(entry) === 'hole') return queue.arrived;
    }
    return undefined;
  }

  /** The first input of each source that has to wait for others: what stands behind it waits too. */
  get waiting(): readonly WaitingInput[] {
    return this.#queues.flatMap((queue): WaitingInput[] => {
      const entry = queue.peek();
      const lacks = entry === undefined ? [] : entry.basis.filter((step) => !this.#isApplied(step));
      if (entry === undefined || lacks.length === 0) return [];
      return [{ log: entry.log, partition: entry.partition, position: entry.position, lacks }];
    });
  }

  /** The first of every source, up to so many of each; they stay where they are. */
  next(most: number): readonly LogEntry[] {
    return this.#queues.flatMap((queue) => queue.waiting(most));
  }

  /** Lockstep: takes all of a step up to a hop, in the one order that is the same everywhere. */
  takeUpTo(clearing: Instant, hop: number): readonly LogEntry[] {
    const inputs: LogEntry[] = [];
    for (const queue of this.#queues) {
      for (let entry = queue.peek(); entry !== undefined; entry = queue.peek()) {
        const { time } = entry;
        if (time.clearing > clearing || (time.clearing === clearing && time.hop > hop)) break;
        inputs.push(queue.take());
      }
    }
    return inputs.sort(this.#compare);
  }

  /**
   * Live: takes what is ready, one after the other in the order of lockstep, as far as has arrived.
   * @param mayTake asked before each; ends the taking
   * @param apply   moves the cursor of its source, so that what waited for it becomes ready
   */
  takeReady(mayTake: (entry: LogEntry) => boolean, apply: (entry: LogEntry) => void): void {
    for (let next = this.#earliestReady(); next !== undefined; next = this.#earliestReady()) {
      const { queue, before } = next;
      for (let entry = queue.peek(); entry !== undefined; entry = queue.peek()) {
        if (!this.#isReady(entry) || (before !== undefined && this.#compare(entry, before) > 0)) break;
        if (!mayTake(entry)) return;
        apply(queue.take());
      }
    }
  }

  /**
   * The source whose next entry can be applied and comes first in the order of lockstep, and the entry that comes next
   * after it. So of what has arrived an account's opening goes before its trades, though topics have no order between
   * them.
   */
  #earliestReady(): { readonly queue: SourceQueue; readonly before: LogEntry | undefined } | undefined {
    let first: SourceQueue | undefined;
    let firstEntry: LogEntry | undefined;
    let before: LogEntry | undefined;
    for (const queue of this.#queues) {
      const entry = queue.peek();
      if (entry === undefined || !this.#isReady(entry)) continue;
      if (firstEntry === undefined || this.#compare(entry, firstEntry) < 0) {
        [first, firstEntry, before] = [queue, entry, firstEntry];
      } else if (before === undefined || this.#compare(entry, before) < 0) before = entry;
    }
    return first && { queue: first, before };
  }

  /** True when everything the entry was decided on, and that this worker reads too, is applied here. */
  #isReady(entry: LogEntry): boolean {
    return entry.basis.every((step) => this.#isApplied(step));
  }

  #isApplied([log, partition, upTo]: BasisStep): boolean {
    return !this.#queueOf.has(sourceKey(log, partition)) || this.machine.cursor(log, partition) >= upTo;
  }
}
