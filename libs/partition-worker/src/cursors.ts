import type { PartitionMachine } from '@ballast/event-sourcing';
import type { Cursor, CursorMove } from '@ballast/event-log';
import type { Inputs } from './inputs.js';
import { sourceKey } from './source.js';

/** How far a partition has applied its sources, and how much of that is stored. */
export class Cursors {
  /** Moved, waiting for the next append, by source. */
  readonly #held = new Map<string, CursorMove>();
  /** As they are stored; after a start inputs without consequences are taken again behind them. */
  readonly #stored = new Map<string, number>();
  /** Where the bus goes on, as it was stored when the worker was opened, by source. */
  readonly #storedOffsets = new Map<string, string>();
  /** Where the topic of commands goes on behind those that are answered and stored. */
  #commandOffset: string | undefined;
  /** Of a snapshot that was written while nothing followed: they may move without an event. */
  #atRest: readonly CursorMove[] | undefined;

  constructor(
    private readonly machine: Pick<PartitionMachine<unknown>, 'cursor'>,
    private readonly inputs: Inputs,
  ) {}

  /** Takes one as it is stored. */
  opened({ log, partition, position, nextOffset }: Cursor): void {
    const key = sourceKey(log, partition);
    this.#stored.set(key, position);
    // What a snapshot held that is gone has to come again, and it stands before that offset.
    const isTaken = this.machine.cursor(log, partition) >= position;
    if (nextOffset !== null && isTaken) this.#storedOffsets.set(key, nextOffset);
  }

  storedOffset(log: string, partition: number): string | undefined {
    return this.#storedOffsets.get(sourceKey(log, partition));
  }

  noteCommandOffset(offset: string): void {
    this.#commandOffset = offset;
  }

  hold(moves: readonly (readonly [string, number, number])[]): void {
    for (const move of moves) {
      const [log, partition] = move;
      // Commands are numbered by their records; only other logs have cursors.
      if (!log.endsWith('.commands')) this.#held.set(sourceKey(log, partition), move);
    }
  }

  /** Whether some may be stored though nothing followed. */
  get mayMoveAtRest(): boolean {
    return this.#atRest !== undefined;
  }

  /**
   * What goes with the next append: with consequences as far as was applied, without any as far as a snapshot holds.
   * @param commands log and partition of the commands, and the number of the last that is answered
   */
  toStore(hasConsequences: boolean, commands: readonly [string, number, number]): readonly CursorMove[] {
    if (!hasConsequences) return this.#atRest ?? [];
    const moves: CursorMove[] = [];
    for (const [key, [log, partition, upTo]] of this.#held) {
      const stored = this.#stored.get(key) ?? 0;
      // What was stored before is named by the bases of what is stored now: a start is never behind it.
      if (upTo >= stored) moves.push(moveOf(log, partition, upTo, this.inputs.offsetAt(log, partition, stored)));
    }
    return this.#commandOffset === undefined ? moves : [...moves, [...commands, this.#commandOffset]];
  }

  stored(moves: readonly CursorMove[], hadConsequences: boolean): void {
    for (const [log, partition, upTo] of moves) this.#stored.set(sourceKey(log, partition), upTo);
    this.#atRest = undefined;
    if (!hadConsequences) return;
    this.#held.clear();
    this.#commandOffset = undefined;
  }

  /**
   * As they are now, to be moved when a snapshot that holds them is stored.
   * @param isQuiet asked then: whether nothing followed from them meanwhile
   */
  whenResting(isQuiet: () => boolean): () => void {
    const moves = this.inputs.sources.flatMap(({ log, partition }): CursorMove[] => {
      const applied = this.machine.cursor(log, partition);
      const stored = this.#stored.get(sourceKey(log, partition)) ?? 0;
      return applied > stored ? [moveOf(log, partition, applied, this.inputs.offsetAt(log, partition, applied))] : [];
    });
    return () => {
      if (isQuiet() && moves.length > 0) this.#atRest = moves;
    };
  }
}

const moveOf = (log: string, partition: number, upTo: number, offset: string | undefined): CursorMove =>
  offset === undefined ? [log, partition, upTo] : [log, partition, upTo, offset];
