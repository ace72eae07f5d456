import type { PlacedOutcome } from '@ballast/event-sourcing';
import type { OutcomeAt, OutcomeIndex, OutcomePage } from '../outcome-index.js';

interface Indexed {
  upTo: number;
  outcomes: Map<string, OutcomeAt>;
  /** While what came meanwhile is put in: whoever adds waits. */
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

  async count(partition: number, upTo: number = Number.MAX_SAFE_INTEGER): Promise<number> {
    return [...this.#of(partition).outcomes.values()].filter(({ position }) => position <= upTo).length;
  }

  async rebuild(partition: number, pages: (after: number) => AsyncIterable<OutcomePage>): Promise<void> {
    const own = this.#of(partition);
    const outcomes: Indexed['outcomes'] = new Map();
    const read = await taken(outcomes, 0, pages);
    // Whoever adds from here on waits, also while the first page is read.
    await (own.rebuilding = Promise.resolve().then(async () => {
      const end = await taken(outcomes, read, pages);
      [own.outcomes, own.upTo] = [outcomes, end];
    }));
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

/** @returns up to where the log was read */
async function taken(
  outcomes: Indexed['outcomes'],
  after: number,
  pages: (after: number) => AsyncIterable<OutcomePage>,
): Promise<number> {
  let end = after;
  for await (const { upTo, placed } of pages(after)) {
    put(outcomes, placed);
    end = upTo;
  }
  return end;
}
