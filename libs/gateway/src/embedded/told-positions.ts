import type { LogEntry } from '@ballast/event-sourcing';

/** A partition, and where it stood when somebody began to watch. */
interface Watched {
  readonly log: string;
  readonly partition: number;
  readonly size: number;
}

/**
 * Up to where those who watch were told of each partition. Its owner may be ahead: what it has decided is told when it is stored, and until
 * then it is in no list.
 */
export class ToldPositions {
  readonly #byLog = new Map<string, Map<number, number>>();

  constructor(watched: readonly Watched[]) {
    for (const { log, partition, size } of watched) this.#set(log, partition, size);
  }

  append(entries: readonly Pick<LogEntry, 'log' | 'partition' | 'position'>[]): void {
    for (const { log, partition, position } of entries) this.#set(log, partition, position);
  }

  /** By partition. */
  of(log: string): ReadonlyMap<number, number> {
    return this.#byLog.get(log) ?? new Map<number, number>();
  }

  #set(log: string, partition: number, position: number): void {
    const positions = this.#byLog.get(log) ?? new Map<number, number>();
    positions.set(partition, position);
    this.#byLog.set(log, positions);
  }
}
