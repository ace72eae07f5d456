import { InvariantViolation } from '@ballast/kernel';
import { chainHead, type SealedEvent } from '@ballast/event-sourcing';
import type { BusIncident, LogReader, SourceCursor } from './bus.js';

/** Positions that neither the bus nor the log has. */
export class SourceHole extends InvariantViolation {}

/** Two different entries claim one position: the source log was restored or altered. The reader must not go on. */
class SourceFork extends InvariantViolation {}

/** The entry is whole and stands in its log, but its payload breaks its schema: the log holds a defect. */
class PoisonEntry extends InvariantViolation {}

/** An entry as it arrived, with what came beside it. */
export interface Arrived {
  readonly entry: SealedEvent;
  /** Of its log, when it came with the entry. */
  readonly incarnation?: string;
  /** What is wrong with its payload, if anything is. */
  readonly defect?: string;
}

/** Something that arrived and stands in no log: whoever sent it is not the log's owner. */
export interface Stranger {
  /** Which of the arrived. */
  readonly index: number;
  readonly reason: string;
}

export interface Admitted {
  /** What is new, holes filled. */
  readonly entries: SealedEvent[];
  /** What is to be put aside; what came behind it was judged all the same. */
  readonly strangers: readonly Stranger[];
}

/**
 * Judges what arrives from one partition of a log by position: at or below the last one is a duplicate, the next one
 * is taken, anything later is a hole and read from the log. What does not continue is compared with the log itself: an entry
 * that stands there is a fork or a defect, at which the reader stops; one that does not is a stranger.
 * @see docs/spec/event-log.md CLR-LOG-014
 */
export class SourceSequence {
  #position: number;
  /** Chain after the last entry; unknown until the first one. */
  #chain: Buffer | undefined;
  #incarnation: string | undefined;
  /** Others that were met below the last position, and that the log still continues what was taken. */
  readonly #looked = new Set<string>();

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

  /** @throws SourceHole, SourceFork, PoisonEntry */
  async admit(arrived: readonly Arrived[]): Promise<Admitted> {
    const entries: SealedEvent[] = [];
    const strangers: Stranger[] = [];
    let duplicates = 0;
    for (const [index, { entry, incarnation, defect }] of arrived.entries()) {
      if (entry.position > this.#position + 1 && !(await this.#refetch(entry.position, entries))) {
        const reason = `position ${entry.position} is beyond the end of its log, which is at ${this.#position}`;
        strangers.push({ index, reason });
      } else if (entry.position <= this.#position) {
        await this.#recognise(entry, incarnation);
        duplicates += 1;
      } else if (defect === undefined && this.#continues(entry)) {
        this.#continue(incarnation, entry);
        this.#place(entry, entries);
      } else if (!(await this.#isInLog(entry))) {
        strangers.push({ index, reason: `its log has another entry at position ${entry.position}, or none` });
      } else {
        const read = defect === undefined ? entry : await this.#corrected(entry);
        if (read === undefined) {
          throw new PoisonEntry(`${this.log}/${this.partition} at position ${entry.position}: ${defect}`);
        }
        this.#continue(incarnation, entry);
        this.#take(read, entries);
      }
    }
    if (duplicates > 0) {
      this.report({ kind: 'duplicates', log: this.log, partition: this.partition, count: duplicates });
    }
    return { entries, strangers };
  }

  /** Reads on from the log itself, some entries at a time; none at its end. Without a reader there is nothing to read. */
  async readOn(): Promise<SealedEvent[]> {
    const taken: SealedEvent[] = [];
    for (const entry of (await this.read?.(this.log, this.partition, this.#position)) ?? []) this.#take(entry, taken);
    return taken;
  }

  /** @returns false when the log ends before that position: nobody who owns it can have said what arrived */
  async #refetch(before: number, taken: SealedEvent[]): Promise<boolean> {
    const after = this.#position;
    while (this.#position + 1 < before) {
      const reached = this.#position;
      for (const entry of (await this.read?.(this.log, this.partition, reached)) ?? []) {
        if (entry.position < before) this.#take(entry, taken);
      }
      if (this.#position > reached) continue;
      if (this.read !== undefined) return false;
      throw new SourceHole(
        `${this.log}/${this.partition}: positions ${reached + 1} to ${before - 1} are neither on the bus nor in the log`,
      );
    }
    this.report({ kind: 'refetched', log: this.log, partition: this.partition, after, before });
    return true;
  }

  #continues({ hash, chain }: SealedEvent): boolean {
    return this.#chain === undefined || chainHead(this.#chain, hash).equals(chain);
  }

  /** Without a reader nothing can be compared: what arrived is taken for what the log says. */
  async #isInLog({ position, hash, chain }: SealedEvent): Promise<boolean> {
    if (this.read === undefined) return true;
    const [own] = await this.read(this.log, this.partition, position - 1);
    return own?.position === position && own.hash.equals(hash) && own.chain.equals(chain);
  }

  /** The entry as its log reads it, if two persons have said how. */
  async #corrected({ position }: SealedEvent): Promise<SealedEvent | undefined> {
    const [own] = (await this.read?.(this.log, this.partition, position - 1)) ?? [];
    return own?.position === position && own.readAs !== undefined ? own : undefined;
  }

  #take(entry: SealedEvent, taken: SealedEvent[]): void {
    if (entry.position !== this.#position + 1) {
      throw new SourceHole(
        `${this.log}/${this.partition} was read with a hole: at ${this.#position}, got ${entry.position}`,
      );
    }
    if (!this.#continues(entry)) {
      throw new SourceFork(`${this.log}/${this.partition} does not continue its chain at position ${entry.position}`);
    }
    this.#place(entry, taken);
  }

  /** Takes the entry that comes next and continues the chain. */
  #place(entry: SealedEvent, taken: SealedEvent[]): void {
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

  async #recognise(entry: SealedEvent, incarnation: string | undefined): Promise<void> {
    if (entry.position === this.#position && this.#chain !== undefined && !this.#chain.equals(entry.chain)) {
      if (!(await this.#isInLog(entry))) return;
      throw new SourceFork(`${this.log}/${this.partition} has two entries at position ${entry.position}`);
    }
    if (incarnation === undefined || incarnation === this.#incarnation || this.#looked.has(incarnation)) return;
    await this.#assertStillContinued(incarnation, entry.position);
    this.#looked.add(incarnation);
  }

  /**
   * A producer that begins anew below what was taken looks like one that sends twice. Whether it does, its log tells: it no longer
   * has the last entry that was taken.
   */
  async #assertStillContinued(incarnation: string, position: number): Promise<void> {
    const begun = `${this.log}/${this.partition} began anew at position ${position} with incarnation ${incarnation}`;
    if (this.read === undefined) {
      if (this.#incarnation === undefined) return;
      throw new SourceFork(`${begun}, below position ${this.#position} that was taken`);
    }
    const [own] = await this.read(this.log, this.partition, this.#position - 1);
    if (own?.position === this.#position && (this.#chain === undefined || own.chain.equals(this.#chain))) return;
    throw new SourceFork(`${begun}: its log no longer has position ${this.#position} as it was taken`);
  }
}
