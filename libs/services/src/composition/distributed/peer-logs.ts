import { setTimeout as wait } from 'node:timers/promises';
import { LOG_PAGE_PATH, decodeLogEvent, logPage } from '@ballast/contracts';
import { LOG_LINES, eventOfLine, type EntryReader, type LogDirectory } from '@ballast/event-log';
import type { LogPartition, SealedEvent } from '@ballast/event-sourcing';
import { InvariantViolation } from '@ballast/kernel';

const TRIES = 60;
const TRY_AGAIN_MS = 250;
/** The risk arrays of an options market are a quarter of a megabyte, one in six entries of pricing. */
const LONGEST_PAGE = 100;
/** Pages that are kept for other partitions of this process. */
const KEPT_PAGES = 4;

type Page = readonly SealedEvent[];

/** Reads own logs from the store, and those of other services from the processes that own them; nobody reads another's tables. */
export class PeerLogs implements EntryReader {
  /** By what is asked, the newest last. Partitions that rebuild side by side read the same pages. */
  readonly #pages = new Map<string, Promise<Page>>();

  constructor(
    private readonly own: Pick<LogDirectory, 'has' | 'read'>,
    /** Addresses at which a log can be read; any of them has all of it. */
    private readonly peers: (log: string) => readonly string[],
    /** What the others ask for; undefined when they are on this machine. */
    private readonly token?: string,
  ) {}

  /** At most a page of the owner's, which may be shorter than the limit. */
  async read(log: string, partition: number, after: number, limit: number): Promise<Page> {
    if (this.own.has(log.replace(/\.commands$/, ''))) {
      return (await this.own.read(log, partition, after, limit)) as Page;
    }
    const bases = this.peers(log);
    if (bases.length === 0) throw new Error(`nobody said where log ${log} can be read; name it in PEERS`);
    const path = LOG_PAGE_PATH.replace('{log}', log).replace('{partition}', String(partition));
    const length = Math.min(limit, LONGEST_PAGE);
    const question = `${path}?after=${after}&limit=${length}`;
    return this.#shared({ log, partition }, question, bases, length);
  }

  /** A page that somebody else reads or has read, if it is full: only then nothing is ever added to it. */
  async #shared(place: LogPartition, question: string, bases: readonly string[], length: number): Promise<Page> {
    const known = this.#pages.get(question);
    if (known !== undefined) {
      const page = await known.catch(() => []);
      if (page.length === length) return page;
    }
    const reading = this.#page(place, question, bases);
    this.#pages.delete(question);
    this.#pages.set(question, reading);
    for (const oldest of [...this.#pages.keys()].slice(0, -KEPT_PAGES)) this.#pages.delete(oldest);
    return reading;
  }

  async #page(place: LogPartition, question: string, bases: readonly string[]): Promise<Page> {
    for (let tried = 1; ; tried++) {
      // One process after the other: a dead one of them must not keep anybody from the log.
      const address = `${bases[(tried - 1) % bases.length]}${question}`;
      try {
        const response = await fetch(address, {
          headers: {
            accept: `${LOG_LINES}, application/json;q=0.5`,
            ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
          },
        });
        if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await reasonOf(response)}`);
        const isLines = response.headers.get('content-type')?.startsWith(LOG_LINES) === true;
        return isLines ? linesOf(place, await response.text()) : entriesOf(address, await response.json());
      } catch (error) {
        // The owner may be starting or moving; its log is where it is.
        if (tried === TRIES || error instanceof InvariantViolation) throw error;
        if (tried % bases.length === 0) await wait(TRY_AGAIN_MS);
      }
    }
  }
}

/** Why the owner has no page, in its own words. */
async function reasonOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    return (JSON.parse(text) as { readonly message?: string }).message ?? text;
  } catch {
    return text;
  }
}

/** Of a process of the same house: what it stored, proved by its hashes. */
const linesOf = ({ log, partition }: LogPartition, text: string): Page =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => eventOfLine(log, partition, line));

/** Of an exchange that keeps its log in its own way: every entry is held to its schema. */
function entriesOf(address: string, body: unknown): Page {
  const page = logPage.parse(body);
  return page.items.map((event) => {
    const decoded = decodeLogEvent(event, { incarnation: page.incarnation });
    if (decoded.ok) return decoded.event;
    throw new Error(`${address}: position ${event.position}: ${decoded.error.field} ${decoded.error.message}`);
  });
}
