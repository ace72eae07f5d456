import type { PlacedOutcome } from '@ballast/event-sourcing';
import type { OutcomeAt, OutcomeIndex } from '../outcome-index.js';

interface Indexed {
  upTo: number;
  outcomes: Map<string, OutcomeAt>;
}

/** The index of outcomes of a log in memory. */
export class MemoryOutcomes implements OutcomeIndex {
  readonly #partitions = new Map<number, Indexed>();

  async indexed(partition: number): Promise<number> {
    return this.#of(partition).upTo;
  }

  async add(partition: number, after: number, upTo: number, outcomes: readonly PlacedOutcome[]): Promise<boolean> {
    const own = this.#of(partition);
    if (own.upTo !== after) return false;
    put(own.outcomes, outcomes);
    own.upTo = upTo;
    return true;
  }

  async find(partition: number, keys: readonly string[], upTo: number): Promise<ReadonlyMap<string, OutcomeAt>> {
    const { outcomes } = this.#of(partition);
    return new Map(
      keys.flatMap((key): [string, OutcomeAt][] => {
        const found = outcomes.get(key);
        return found === undefined || found.position > upTo ? [] : [[key, found]];
      }),
    );
  }

  async count(partition: number): Promise<number> {
    return this.#of(partition).outcomes.size;
  }

  async rebuild(partition: number, pages: (upTo: number) => AsyncIterable<readonly PlacedOutcome[]>): Promise<void> {
    const own = this.#of(partition);
    const again = new Map<string, OutcomeAt>();
    for await (const page of pages(own.upTo)) put(again, page);
    own.outcomes = again;
  }

  #of(partition: number): Indexed {
    let own = this.#partitions.get(partition);
    if (own === undefined) this.#partitions.set(partition, (own = { upTo: 0, outcomes: new Map() }));
    return own;
  }
}

/** What was said first stays, as in PostgreSQL. */
function put(outcomes: Map<string, OutcomeAt>, more: readonly PlacedOutcome[]): void {
  for (const { key, position, outcome } of more) if (!outcomes.has(key)) outcomes.set(key, { position, outcome });
}
