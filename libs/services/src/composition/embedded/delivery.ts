import type { LogEntry } from '@ballast/event-sourcing';
import { sourceKey, type SourceRef } from '@ballast/partition-worker';

/** Whoever takes entries of some sources. */
export interface Recipient {
  readonly sources: readonly SourceRef[];
  offer(entries: readonly LogEntry[]): number | undefined;
}

/** Hands appended entries to everybody in this process who reads their log partition; by reference, in order. */
export class Delivery {
  readonly #recipients = new Map<string, Recipient[]>();

  add(recipient: Recipient): void {
    for (const { log, partition } of recipient.sources) {
      const key = sourceKey(log, partition);
      const present = this.#recipients.get(key);
      if (present === undefined) this.#recipients.set(key, [recipient]);
      else present.push(recipient);
    }
  }

  remove(recipient: Recipient): void {
    for (const present of this.#recipients.values()) {
      const at = present.indexOf(recipient);
      if (at >= 0) present.splice(at, 1);
    }
  }

  /** @throws Error when a recipient has a hole: in one process that is a defect */
  deliver(entries: readonly LogEntry[]): void {
    for (let from = 0; from < entries.length;) {
      const { log, partition } = entries[from] as LogEntry;
      let to = from + 1;
      while (to < entries.length && entries[to]?.log === log && entries[to]?.partition === partition) to += 1;
      const run = entries.slice(from, to);
      for (const recipient of this.#recipients.get(sourceKey(log, partition)) ?? []) {
        const hole = recipient.offer(run);
        if (hole !== undefined) throw new Error(`${log}/${partition}: a reader misses what comes after ${hole}`);
      }
      from = to;
    }
  }
}
