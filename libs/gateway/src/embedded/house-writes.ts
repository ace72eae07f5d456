import type { CommandResult } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import type { Command } from '@ballast/partition-worker';
import type { ClearingHouse } from '@ballast/services';
import type { Admission, Writes } from '../rest/clearing.gateway.js';
import { Problem } from '../rest/problem.js';
import { patiently, type StoreWatch } from '../rest/store-watch.js';
import { IdempotentWrites } from './idempotent-writes.js';

/** A write that the store doesn't take within this time is answered later; whoever asked hears of that. */
const STUCK_AFTER_MS = 5_000;
const LOOK_EVERY_MS = 250;

export interface HouseWritesParts {
  readonly house: ClearingHouse;
  readonly store: StoreWatch;
  /** Why nothing is decided any more; undefined while everything is well. */
  readonly failure: () => string | undefined;
}

/** Commands to partitions in this process. */
export class HouseWrites implements Writes {
  readonly #writes: IdempotentWrites;

  constructor(private readonly parts: HouseWritesParts) {
    this.#writes = new IdempotentWrites(parts.house);
  }

  isKnown(id: string): Promise<boolean> {
    return this.#writes.isKnown(id);
  }

  /** What is stored is no other request's: that is refused by what the command itself says. */
  bodyTaken(id: string, _asked: object, make: () => Promise<object>): Promise<object> {
    return this.#writes.bodyTaken(id, make);
  }

  /** What fails in passing is repeated. */
  async execute(log: ServiceLog, partition: number, command: Command, admit: Admission): Promise<CommandResult> {
    const answer = patiently(() => this.#writes.execute(log, partition, command, admit));
    try {
      return await this.#unlessStuck(answer, command.id);
    } catch (error) {
      const failure = this.parts.failure();
      if (failure === undefined || error instanceof Problem) throw error;
      throw new Problem('not-ready', `${failure}; send the same request to the next process`, [], command.id);
    }
  }

  /** The answer, or word that it comes later: what is begun is stored as soon as the store takes it. */
  async #unlessStuck(answer: Promise<CommandResult>, commandId: string): Promise<CommandResult> {
    const { store } = this.parts;
    let look: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_, reject) => {
      look = setInterval(() => {
        if (store.stuckMs < STUCK_AFTER_MS) return;
        const why = store.trouble() ?? 'the store was away';
        reject(new Problem('answer-pending', `${why}; ask again with the same Idempotency-Key`, [], commandId));
      }, LOOK_EVERY_MS);
    });
    // Whoever waits no longer must not make an unhandled failure of it.
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, stuck]);
    } finally {
      clearInterval(look);
    }
  }
}
