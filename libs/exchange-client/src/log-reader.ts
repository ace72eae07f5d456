import { withFigures, type FiguresByField } from '@ballast/facts';
import type { BallastClient } from './ballast-client.js';

/** An event of a log, as it is read. */
interface ReadEvent {
  readonly partition: number;
  readonly position: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly payload: unknown;
  readonly time: { readonly clearing: number; readonly hop: number };
  /** Which figures two persons have put in the place of some that were none: they stand in the payload. */
  readonly readAs?: { readonly figures: FiguresByField; readonly approvedBy: string };
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
        read.push(...page.items.map((event) => this.#corrected(event)));
        this.#after.set(partition, page.items.at(-1)?.position ?? after);
        after = page.next === null ? null : Number(page.next);
      }
    }
    return read;
  }

  /** Pages have the payload as it was hashed. @see docs/spec/event-log.md CLR-LOG-082 */
  #corrected(event: ReadEvent): ReadEvent {
    const { log } = this;
    return event.readAs === undefined
      ? event
      : { ...event, payload: withFigures({ ...event, log }, event.readAs.figures) };
  }
}
