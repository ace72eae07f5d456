import { seal, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import {
  MemoryLogStore,
  type Block,
  type CursorMove,
  type EventLog,
  LogDirectory,
  type LogStore,
} from '@ballast/event-log';
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

/** Those that brought anything. */
async function blocksOf(log: EventLog, partition: number): Promise<readonly Block[]> {
  const blocks: Block[] = [];
  for (
    let place: Pick<Block, 'firstPosition' | 'number'> = { firstPosition: 0, number: 0 };
    ;
    place = blocks.at(-1) as Block
  ) {
    const page = await log.blocks(partition, place, 10_000);
    if (page.length === 0) break;
    blocks.push(...page);
  }
  return blocks.filter((block) => block.lastPosition >= block.firstPosition || block.commandsText !== '');
}

/** A copy of all logs in which one event says something else, and nothing in the hashes shows it. */
export async function forgedCopy(
  original: LogDirectory,
  forgery: Forgery,
  store: LogStore = new MemoryLogStore(),
): Promise<LogDirectory> {
  const copy = await LogDirectory.open(store, original.partitions);
  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
    const log = original.log(name);
    for (const { partition } of await log.heads()) {
      const entries = await entriesOf(log, partition);
      const touched = name === forgery.log && partition === forgery.partition;
      const events = touched ? forged(entries, forgery) : entries;
      const commands = await log.commands(partition, 0, 100_000);
      const { epoch, head } = await copy.log(name).take(partition, 'forger');
      let end = head;
      for (const block of await blocksOf(log, partition)) {
        const [outcome] = await copy.log(name).append([
          {
            ...{ partition, epoch, expectedSize: block.firstPosition - 1, expectedHead: end },
            events: events.slice(block.firstPosition - 1, block.lastPosition),
            commands: commands.slice(block.firstCommand - 1, block.lastCommand),
            cursors: block.cursorsText === '' ? [] : (JSON.parse(block.cursorsText) as CursorMove[]),
            worker: 'forger',
          },
        ]);
        if (outcome?.status !== 'appended') throw new Error(`${name}/${partition}: ${JSON.stringify(outcome)}`);
        end = events[block.lastPosition - 1]?.chain ?? end;
      }
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
