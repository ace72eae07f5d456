import { setTimeout as wait } from 'node:timers/promises';
import { LOG_PAGE_PATH, decodeLogEvent, logPage } from '@ballast/contracts';
import type { SealedEvent } from '@ballast/event-sourcing';
import type { EntryReader } from '@ballast/partition-worker';
import type { LogDirectory } from '../log-directory.js';

const TRIES = 60;
const TRY_AGAIN_MS = 250;
const LONGEST_PAGE = 1_000;

/** Reads own logs from the store, and those of other services from the processes that own them; nobody reads another's tables. */
export class PeerLogs implements EntryReader {
  constructor(
    private readonly own: LogDirectory,
    private readonly peers: ReadonlyMap<string, string>,
    /** What the others ask for; undefined when they are on this machine. */
    private readonly token?: string,
  ) {}

  async read(log: string, partition: number, after: number, limit: number): Promise<readonly SealedEvent[]> {
    if (this.own.has(log.replace(/\.commands$/, ''))) {
      return (await this.own.read(log, partition, after, limit)) as readonly SealedEvent[];
    }
    const base = this.peers.get(log);
    if (base === undefined) throw new Error(`nobody said where log ${log} can be read; name it in PEERS`);
    const path = LOG_PAGE_PATH.replace('{log}', log).replace('{partition}', String(partition));
    const address = `${base}${path}?after=${after}&limit=${Math.min(limit, LONGEST_PAGE)}`;
    return this.#page(address);
  }

  async #page(address: string): Promise<readonly SealedEvent[]> {
    for (let tried = 1; ; tried++) {
      try {
        const response = await fetch(address, {
          ...(this.token !== undefined && { headers: { authorization: `Bearer ${this.token}` } }),
        });
        if (!response.ok) throw new Error(`${address} answered ${response.status}`);
        const page = logPage.parse(await response.json());
        return page.events.map((event) => {
          const decoded = decodeLogEvent(event, { incarnation: page.incarnation });
          if (decoded.ok) return decoded.event;
          throw new Error(`${address}: position ${event.position}: ${decoded.error.field} ${decoded.error.message}`);
        });
      } catch (error) {
        // The owner may be starting or moving; its log is where it is.
        if (tried === TRIES) throw error;
        await wait(TRY_AGAIN_MS);
      }
    }
  }
}
