import type { LogEntry } from '@ballast/event-sourcing';
import type { SourceRef } from './source.js';

export type Offered = 'taken' | 'duplicate' | 'hole';

/** Entries of one source that arrived and are not applied yet, in position order. */
export class SourceQueue {
  #entries: LogEntry[] = [];
  #next = 0;
  /** Last position that arrived. */
  #arrived: number;
  /** Where the bus goes on behind a position, oldest first. */
  #offsets: { readonly position: number; readonly offset: string }[] = [];

  constructor(
    readonly source: SourceRef,
    applied: number,
  ) {
    this.#arrived = applied;
  }

  get arrived(): number {
    return this.#arrived;
  }

  get length(): number {
    return this.#entries.length - this.#next;
  }

  /** Judged by position alone: at or below what arrived is a duplicate, beyond the next is a hole. */
  offer(entry: LogEntry): Offered {
    if (entry.position <= this.#arrived) return 'duplicate';
    if (entry.position > this.#arrived + 1) return 'hole';
    this.#entries.push(entry);
    this.#arrived = entry.position;
    return 'taken';
  }

  /** What arrived so far ends before this offset of the bus. */
  note(offset: string): void {
    if (this.#offsets.at(-1)?.position === this.#arrived) this.#offsets.pop();
    this.#offsets.push({ position: this.#arrived, offset });
  }

  /** Where the bus goes on for one who has applied this position, or somewhat before; undefined when nobody said. */
  offsetAt(position: number): string | undefined {
    let newest = -1;
    while ((this.#offsets[newest + 1]?.position ?? Infinity) <= position) newest += 1;
    if (newest < 0) return undefined;
    this.#offsets = this.#offsets.slice(newest);
    return this.#offsets[0]?.offset;
  }

  /** The first of those that wait, at most `limit`. */
  waiting(limit: number): readonly LogEntry[] {
    return this.#entries.slice(this.#next, this.#next + limit);
  }

  peek(): LogEntry | undefined {
    return this.#entries[this.#next];
  }

  take(): LogEntry {
    const entry = this.#entries[this.#next] as LogEntry;
    this.#next += 1;
    if (this.#next === this.#entries.length) {
      this.#entries = [];
      this.#next = 0;
    } else if (this.#next > 1024) {
      this.#entries = this.#entries.slice(this.#next);
      this.#next = 0;
    }
    return entry;
  }
}
