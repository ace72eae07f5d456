import { seal, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { MemoryLogStore, type EventLog, LogDirectory } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ExchangeLog, type ServiceLog } from '@ballast/facts';

/** One event of a history, and what a forger makes of it. */
export interface Forgery {
  readonly log: ServiceLog | ExchangeLog;
  readonly partition: number;
  readonly position: number;
  readonly payload: (payload: unknown) => unknown;
}

export async function entriesOf(log: EventLog, partition: number): Promise<readonly SealedEvent[]> {
  const entries: SealedEvent[] = [];
  for (;;) {
    const page = await log.read(partition, entries.length, 1_000);
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

/** The events of a partition with one changed, and every hash and chain after it computed again. */
export function forged(entries: readonly SealedEvent[], { position, payload }: Forgery): readonly SealedEvent[] {
  const history: SealedEvent[] = [];
  for (const entry of entries) {
    const before = history.at(-1)?.chain ?? Buffer.alloc(32);
    if (entry.position < position) history.push(entry);
    else {
      const { log, partition, id, stream, version, type, schemaVersion, time, cause, basis, correlation, actor } =
        entry;
      const content: LogEntry = {
        ...{ log, partition, position: entry.position, id, stream, version, type, schemaVersion },
        ...{ time, cause, basis, correlation, actor },
        payload: entry.position === position ? payload(entry.payload) : entry.payload,
      };
      history.push(seal(content, before));
    }
  }
  return history;
}

/** A copy of all logs in memory in which one event says something else, and nothing in the hashes shows it. */
export async function forgedCopy(original: LogDirectory, forgery: Forgery): Promise<LogDirectory> {
  const copy = await LogDirectory.open(new MemoryLogStore(), original.partitions);
  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
    const log = original.log(name);
    for (const { partition } of await log.heads()) {
      const entries = await entriesOf(log, partition);
      const touched = name === forgery.log && partition === forgery.partition;
      const { epoch, head } = await copy.log(name).take(partition, 'forger');
      const [outcome] = await copy.log(name).append([
        {
          partition,
          epoch,
          expectedSize: 0,
          expectedHead: head,
          events: touched ? forged(entries, forgery) : entries,
          cursors: [],
          commands: [...(await log.commands(partition, 0, 100_000))],
          worker: 'forger',
        },
      ]);
      if (outcome?.status !== 'appended') throw new Error(`${name}/${partition}: ${JSON.stringify(outcome)}`);
    }
  }
  return copy;
}

/** The text of a block in which these events stand. */
export const entriesText = (
  history: readonly SealedEvent[],
  { firstPosition, lastPosition }: { readonly firstPosition: number; readonly lastPosition: number },
): string =>
  history
    .slice(firstPosition - 1, lastPosition)
    .map((event) => event.text)
    .join('\n');
