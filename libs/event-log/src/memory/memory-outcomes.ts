import type { PlacedOutcome } from '@ballast/event-sourcing';
import type { OutcomeAt, OutcomeIndex, OutcomePage } from '../outcome-index.js';

interface Indexed {
  upTo: number;
  outcomes: Map<string, OutcomeAt>;
  /** While it is made again: whoever adds waits. */
  rebuilding?: Promise<void>;
}

/** The index of outcomes of a log in memory. */
export class MemoryOutcomes implements OutcomeIndex {
  readonly #partitions = new Map<number, Indexed>();

  async indexed(partition: number): Promise<number> {
    return this.#of(partition).upTo;
  }

  async add(partition: number, after: number, upTo: number, outcomes: readonly PlacedOutcome[]): Promise<boolean> {
    const own = this.#of(partition);
    await own.rebuilding?.catch(() => undefined);
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

  rebuild(partition: number, pages: () => AsyncIterable<OutcomePage>): Promise<void> {
    const own = this.#of(partition);
    return (own.rebuilding = Promise.resolve().then(() => madeAgain(own, pages)));
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

async function madeAgain(own: Indexed, pages: () => AsyncIterable<OutcomePage>): Promise<void> {
  const outcomes: Indexed['outcomes'] = new Map();
  let end = 0;
  for await (const { upTo, placed } of pages()) {
    put(outcomes, placed);
    end = upTo;
  }
  [own.outcomes, own.upTo] = [outcomes, end];
}
