import type { LogEntry } from '@ballast/event-sourcing';
import { sourceKey, type EntryReader } from '@ballast/partition-worker';

const PAGE = 500;
const PAGES_KEPT = 96;

/** Reads in aligned pages and keeps the latest: several partitions replay against the same global logs. */
export class PageCache implements EntryReader {
  readonly #pages = new Map<string, readonly LogEntry[]>();

  constructor(private readonly reader: EntryReader) {}

  async read(log: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]> {
    const first = after - (after % PAGE);
    const key = `${sourceKey(log, partition)}/${first}`;
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = await this.reader.read(log, partition, first, PAGE);
      if (page.length === PAGE) this.#pages.set(key, page);
      if (this.#pages.size > PAGES_KEPT) this.#pages.delete(this.#pages.keys().next().value as string);
    } else {
      this.#pages.delete(key);
      this.#pages.set(key, page);
    }
    return page.slice(after - first, after - first + limit);
  }
}
