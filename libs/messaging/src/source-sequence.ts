import { InvariantViolation } from '@ballast/kernel';
import { chainHead, type SealedEvent } from '@ballast/event-sourcing';
import type { BusIncident, LogReader, SourceCursor } from './bus.js';

/** Positions that neither the bus nor the log has. */
export class SourceHole extends InvariantViolation {}

/** Two different entries claim one position: the source log was restored or altered. The reader must not go on. */
class SourceFork extends InvariantViolation {}

/**
 * Judges what arrives from one partition of a log by position: at or below the last one is a duplicate, the next one
 * is taken, anything later is a hole and read from the log. A chain that does not continue is a fork.
 */
export class SourceSequence {
  #position: number;
  /** Chain after the last entry; unknown until the first one. */
  #chain: Buffer | undefined;
  #incarnation: string | undefined;

  constructor(
    readonly log: string,
    readonly partition: number,
    { after, chain }: Pick<SourceCursor, 'after' | 'chain'>,
    private readonly read: LogReader | undefined,
    private readonly report: (incident: BusIncident) => void,
  ) {
    this.#position = after;
    this.#chain = chain;
  }

  /** Last position taken. */
  get position(): number {
    return this.#position;
  }

  /**
   * What is new in the arrived entries, holes filled.
   * @param incarnations of the entries' log, entry by entry, when they came with them
   * @throws SourceHole, SourceFork
   */
  async admit(arrived: readonly SealedEvent[], incarnations: readonly string[] = []): Promise<SealedEvent[]> {
    const taken: SealedEvent[] = [];
    let duplicates = 0;
    for (const [i, entry] of arrived.entries()) {
      if (entry.position > this.#position + 1) await this.#refetch(entry.position, taken);
      if (entry.position <= this.#position) {
        this.#recognise(entry);
        duplicates += 1;
      } else {
        this.#continue(incarnations[i], entry);
        this.#take(entry, taken);
      }
    }
    if (duplicates > 0) {
      this.report({ kind: 'duplicates', log: this.log, partition: this.partition, count: duplicates });
    }
    return taken;
  }

  /** Reads on from the log itself, some entries at a time; none at its end. Without a reader there is nothing to read. */
  async readOn(): Promise<SealedEvent[]> {
    const taken: SealedEvent[] = [];
    for (const entry of (await this.read?.(this.log, this.partition, this.#position)) ?? []) this.#take(entry, taken);
    return taken;
  }

  async #refetch(before: number, taken: SealedEvent[]): Promise<void> {
    const after = this.#position;
    while (this.#position + 1 < before) {
      const reached = this.#position;
      for (const entry of (await this.read?.(this.log, this.partition, reached)) ?? []) {
        if (entry.position < before) this.#take(entry, taken);
      }
      if (this.#position === reached) {
        throw new SourceHole(
          `${this.log}/${this.partition}: positions ${reached + 1} to ${before - 1} are neither on the bus nor in the log`,
        );
      }
    }
    this.report({ kind: 'refetched', log: this.log, partition: this.partition, after, before });
  }

  #take(entry: SealedEvent, taken: SealedEvent[]): void {
    if (entry.position !== this.#position + 1) {
      throw new SourceHole(
        `${this.log}/${this.partition} was read with a hole: at ${this.#position}, got ${entry.position}`,
      );
    }
    if (this.#chain !== undefined && !chainHead(this.#chain, entry.hash).equals(entry.chain)) {
      throw new SourceFork(`${this.log}/${this.partition} does not continue its chain at position ${entry.position}`);
    }
    this.#position = entry.position;
    this.#chain = entry.chain;
    taken.push(entry);
  }

  /** A log that was restored or promoted says so with a new incarnation: what its positions name must be looked at. */
  #continue(incarnation: string | undefined, { position }: SealedEvent): void {
    if (incarnation === undefined) return;
    if (this.#incarnation !== undefined && this.#incarnation !== incarnation) {
      throw new SourceFork(`${this.log}/${this.partition} has another incarnation from position ${position} on`);
    }
    this.#incarnation = incarnation;
  }

  #recognise(entry: SealedEvent): void {
    if (entry.position === this.#position && this.#chain !== undefined && !this.#chain.equals(entry.chain)) {
      throw new SourceFork(`${this.log}/${this.partition} has two entries at position ${entry.position}`);
    }
  }
}
