import type { LogDirectory } from '@ballast/event-log';
import { PartitionMachine, type LogEntry } from '@ballast/event-sourcing';
import { partitionOfAccount, type AccountId, type Instant } from '@ballast/kernel';
import { marginProcess, type MarginState } from '@ballast/margin-domain';
import { ForwardReader } from '@ballast/partition-worker';
import { inputsOf } from '../story/margin-at.js';
import { LazyReader } from './lazy-reader.js';
import type { EventPlace } from './event-place.js';

const PAGE = 1_000;

/** Until where a history is told: the last event at or before a time, or one event. */
export type HistoryEnd = { readonly at: Instant } | { readonly event: EventPlace };

/** How far a rebuild has come. */
export interface HistoryProgress {
  readonly events: number;
  readonly totalEvents: number;
}

export interface HistoryOptions {
  readonly end?: HistoryEnd | undefined;
  readonly onProgress?: ((progress: HistoryProgress) => void) | undefined;
  /** Called with the machine as it stood before the inputs of the event that the history ends with. */
  readonly onBefore?: (machine: PartitionMachine<MarginState>) => void;
}

/** An account's margin partition as it stood at a time, and everything of three logs that was about the account. */
export interface AccountHistory {
  readonly partition: number;
  readonly machine: PartitionMachine<MarginState>;
  /** Bookings that margin had applied, in order. */
  readonly bookings: readonly LogEntry[];
  /** Decisions of margin about the account, in order. */
  readonly decisions: readonly LogEntry[];
  /** What liquidation did about the account up to then, in order. */
  readonly liquidation: readonly LogEntry[];
  /** Events of margin that were taken before the inputs of the event the history ends with. */
  readonly sizeBefore: number;
}

/** Where the rebuild of a margin partition stops for an event, and where it stood before that event's inputs. */
type Cut =
  | { readonly kind: 'end' }
  | { readonly kind: 'own'; readonly before: number; readonly upTo: number }
  | { readonly kind: 'booking'; readonly position: number };

/**
 * Rebuilds the margin partition of an account from the logs, up to the last event at or before a time, or as it stood at one
 * event: for an event of margin itself behind it; for one of liquidation as far as liquidation had read margin when it
 * decided; for one of accounts as soon as it was taken, before margin decided on it. Nothing is decided again and nothing
 * but the logs is read.
 */
export async function historyOf(
  logs: LogDirectory,
  accountId: AccountId,
  { end, onProgress, onBefore = () => undefined }: HistoryOptions = {},
): Promise<AccountHistory> {
  const partition = partitionOfAccount(accountId, logs.partitions);
  const until = end !== undefined && 'at' in end ? end.at : Infinity;
  const cut = end !== undefined && 'event' in end ? await cutFor(logs, end.event) : ({ kind: 'end' } as const);
  const machine = new PartitionMachine<MarginState>(marginProcess, partition, logs.partitions);
  const forward = new ForwardReader(new LazyReader(logs));
  const log = logs.log('margin');
  const totalEvents = (await log.heads()).find((head) => head.partition === partition)?.size ?? 0;
  const bookings: LogEntry[] = [];
  const decisions: LogEntry[] = [];
  let sizeBefore = 0;

  let passedBefore = false;
  const passBefore = (): void => {
    passedBefore = true;
    sizeBefore = machine.size;
    onBefore(machine);
  };
  /** @returns true when the history ends with this entry */
  const take = (entry: LogEntry): boolean => {
    const isLast = cut.kind === 'booking' && entry.log === 'accounts' && entry.position === cut.position;
    if (isLast) passBefore();
    machine.recall(entry);
    if (entry.log === 'accounts' && isAbout(entry, accountId)) bookings.push(entry);
    return isLast;
  };

  const rebuild = async (): Promise<void> => {
    for (;;) {
      const own = await log.read(partition, machine.size, PAGE);
      onProgress?.({ events: machine.size, totalEvents });
      if (own.length === 0) break;
      for (const event of own) {
        if (event.time.clearing > until) return;
        if (cut.kind === 'own') {
          if (machine.size === cut.before) passBefore();
          if (machine.size === cut.upTo) return;
        }
        for await (const entry of inputsOf(machine, forward, event)) if (take(entry)) return;
        machine.recallOwn(event);
        if (isAbout(event, accountId)) decisions.push(event);
      }
    }
    if (cut.kind !== 'booking') return;
    // Margin has not decided on anything since: the rest is taken in the order it was booked.
    const applied = machine.cursor('accounts', partition);
    for await (const entry of forward.between('accounts', partition, applied, cut.position)) take(entry);
  };
  await rebuild();
  if (cut.kind === 'own' && !passedBefore) passBefore();

  const ofLiquidation =
    end === undefined || 'at' in end
      ? Infinity
      : end.event.log === 'liquidation'
        ? end.event.position
        : machine.cursor('liquidation', partition);
  return {
    partition,
    machine,
    bookings,
    decisions,
    liquidation: await liquidationOf(logs, partition, accountId, { until, upTo: ofLiquidation }),
    sizeBefore,
  };
}

/** An event decides on the inputs that its basis names; those that follow from the same inputs have an empty one. */
async function cutFor(logs: LogDirectory, { log, partition, position }: EventPlace): Promise<Cut> {
  if (log === 'accounts') return { kind: 'booking', position };
  if (log === 'margin') {
    const events = await logs.log(log).read(partition, Math.max(0, position - PAGE), Math.min(PAGE, position));
    const first = events.findLast(({ basis }) => basis.length > 0) ?? events[0];
    return { kind: 'own', before: (first?.position ?? 1) - 1, upTo: position };
  }
  let before = 0;
  let upTo = 0;
  for await (const { basis } of entriesUpTo(logs, log, partition, position)) {
    if (basis.length === 0) continue;
    before = upTo;
    for (const [source, sourcePartition, read] of basis) {
      if (source === 'margin' && sourcePartition === partition) upTo = read;
    }
  }
  return { kind: 'own', before, upTo };
}

async function* entriesUpTo(
  logs: LogDirectory,
  log: EventPlace['log'],
  partition: number,
  position: number,
): AsyncGenerator<LogEntry> {
  for (let after = 0; after < position;) {
    const page = await logs.log(log).read(partition, after, Math.min(PAGE, position - after));
    if (page.length === 0) return;
    yield* page;
    after += page.length;
  }
}

async function liquidationOf(
  logs: LogDirectory,
  partition: number,
  accountId: AccountId,
  { until, upTo }: { readonly until: Instant; readonly upTo: number },
): Promise<readonly LogEntry[]> {
  const found: LogEntry[] = [];
  for await (const entry of entriesUpTo(logs, 'liquidation', partition, upTo)) {
    // Clearing time never falls inside a partition.
    if (entry.time.clearing > until) break;
    if (isAbout(entry, accountId)) found.push(entry);
  }
  return found;
}

export const isAbout = ({ payload }: LogEntry, accountId: AccountId): boolean =>
  (payload as { readonly accountId?: unknown }).accountId === accountId;
