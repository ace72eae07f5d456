import type { EntryReader } from '@ballast/event-log';
import type { LogEntry } from '@ballast/event-sourcing';
import { sourceKey } from '@ballast/partition-worker';

const PAGE = 500;
const PAGES_KEPT = 96;
/** Characters of JSON that are kept in all, by all readers of a process together. An entry of an options market can be a quarter of a megabyte; as objects it takes twice that. */
const CHARACTERS_KEPT = 128 * 1_024 * 1_024;

interface KeptPage {
  readonly entries: readonly LogEntry[];
  readonly characters: number;
}

/** Reads in aligned pages and keeps the latest: several partitions replay against the same global logs. */
export class PageCache implements EntryReader {
  readonly #pages = new Map<string, KeptPage>();
  #characters = 0;

  /** @param share among how many caches of this process its memory is divided */
  constructor(
    private readonly reader: EntryReader,
    private readonly share = 1,
  ) {}

  async read(log: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]> {
    const first = after - (after % PAGE);
    const key = `${sourceKey(log, partition)}/${first}`;
    const known = this.#pages.get(key);
    if (known !== undefined) {
      this.#pages.delete(key);
      this.#pages.set(key, known);
    }
    const entries = known?.entries ?? (await this.reader.read(log, partition, first, PAGE));
    if (known === undefined && entries.length === PAGE) this.#keep(key, entries);
    return entries.slice(after - first, after - first + limit);
  }

  /** The newest is kept whatever its size, for whoever reads on in it. */
  #keep(key: string, entries: readonly LogEntry[]): void {
    const characters = entries.reduce((total, entry) => total + JSON.stringify(entry).length, 0);
    this.#pages.set(key, { entries, characters });
    this.#characters += characters;
    while (this.#pages.size > 1 && (this.#pages.size > PAGES_KEPT || this.#characters > CHARACTERS_KEPT / this.share)) {
      const [oldest, page] = this.#pages.entries().next().value as [string, KeptPage];
      this.#pages.delete(oldest);
      this.#characters -= page.characters;
    }
  }
}
