import type { BallastClient } from './ballast-client.js';

/** An event of a log, as its page has it. */
interface ReadEvent {
  readonly partition: number;
  readonly position: number;
  readonly type: string;
  readonly payload: unknown;
  readonly time: { readonly clearing: number; readonly hop: number };
}

interface Page {
  readonly items: readonly ReadEvent[];
  readonly next: string | null;
}

const PAGE = 500;

/** Reads the numbered partitions of a log of Ballast from where they were read to: each in order, nothing twice. */
export class LogReader {
  readonly #after = new Map<number, number>();

  /** @param after position by partition up to which everything was read before; default: nothing */
  constructor(
    private readonly ballast: Pick<BallastClient, 'get'>,
    readonly log: string,
    partitions: number,
    after: ReadonlyMap<number, number> = new Map(),
  ) {
    for (let partition = 0; partition < partitions; partition++) this.#after.set(partition, after.get(partition) ?? 0);
  }

  /** Position by partition up to which everything was read: keep it with what followed from it. */
  get after(): ReadonlyMap<number, number> {
    return this.#after;
  }

  /** Everything that was appended since the last call. */
  async read(): Promise<readonly ReadEvent[]> {
    const read: ReadEvent[] = [];
    for (const [partition, from] of this.#after) {
      for (let after: number | null = from; after !== null;) {
        const page: Page = await this.ballast.get(`/logs/${this.log}/${partition}?after=${after}&limit=${PAGE}`);
        read.push(...page.items);
        this.#after.set(partition, page.items.at(-1)?.position ?? after);
        after = page.next === null ? null : Number(page.next);
      }
    }
    return read;
  }
}
