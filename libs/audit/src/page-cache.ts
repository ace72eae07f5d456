import type { EntryReader } from '@ballast/event-log';
import type { LogEntry, SealedEvent } from '@ballast/event-sourcing';
import { sourceKey } from '@ballast/partition-worker';

const PAGE = 500;
const PAGES_KEPT = 96;
/**
 * Characters of JSON that are kept in all, by all readers of a process together: as objects they take twice that. An entry of an options
 * market can be a quarter of a megabyte.
 */
const CHARACTERS_KEPT = 48 * 1_024 * 1_024;

interface KeptPage {
  readonly entries: readonly LogEntry[];
  readonly characters: number;
}

/** Reads in aligned pages and keeps the latest: several partitions replay against the same global logs, and share what was read of an entry. */
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
    // The last page of a log may have grown: what is kept of it counts as far as it goes, and behind that the log is asked.
    const isKnown = known !== undefined && known.entries.length > after - first;
    const page = isKnown ? known : pageOf(await this.reader.read(log, partition, first, PAGE));
    this.#keep(key, page);
    return page.entries.slice(after - first, after - first + limit);
  }

  /** The newest is kept whatever its size, for whoever reads on in it. */
  #keep(key: string, page: KeptPage): void {
    this.#forget(key);
    if (page.entries.length === 0) return;
    this.#pages.set(key, page);
    this.#characters += page.characters;
    while (this.#pages.size > 1 && (this.#pages.size > PAGES_KEPT || this.#characters > CHARACTERS_KEPT / this.share)) {
      this.#forget(this.#pages.keys().next().value as string);
    }
  }

  #forget(key: string): void {
    this.#characters -= this.#pages.get(key)?.characters ?? 0;
    this.#pages.delete(key);
  }
}

const pageOf = (entries: readonly (LogEntry & Partial<SealedEvent>)[]): KeptPage => ({
  entries: entries.map(entryOf),
  characters: entries.reduce((total, entry) => total + (entry.text ?? JSON.stringify(entry)).length, 0),
});

/** An entry alone: the text and the hashes that may stand beside it are as much again, and nobody who reads here looks at them. */
const entryOf = (entry: LogEntry): LogEntry => ({
  log: entry.log,
  partition: entry.partition,
  position: entry.position,
  id: entry.id,
  stream: entry.stream,
  version: entry.version,
  type: entry.type,
  schemaVersion: entry.schemaVersion,
  time: entry.time,
  cause: entry.cause,
  basis: entry.basis,
  correlation: entry.correlation,
  actor: entry.actor,
  payload: entry.payload,
});
