import { PartitionMachine, type LogEntry } from '@ballast/event-sourcing';
import { partitionOfAccount, type AccountId, type Instant } from '@ballast/kernel';
import { marginProcess, type MarginState } from '@ballast/margin-domain';
import { ForwardReader } from '@ballast/partition-worker';
import type { LogDirectory } from '@ballast/services';

const PAGE = 1_000;

/** An account's margin partition as it stood at a time, and everything of three logs that was about the account. */
export interface AccountHistory {
  readonly partition: number;
  readonly machine: PartitionMachine<MarginState>;
  /** Bookings that margin had applied, in order. */
  readonly bookings: readonly LogEntry[];
  /** Decisions of margin about the account, in order. */
  readonly decisions: readonly LogEntry[];
  /** Model of the last run. */
  readonly model: string | null;
  /** What liquidation did about the account up to then, in order. */
  readonly liquidation: readonly LogEntry[];
}

/**
 * Rebuilds the margin partition of an account from the logs, up to the last event at or before a time. Nothing is
 * decided again and nothing but the logs is read.
 */
export async function historyOf(
  logs: LogDirectory,
  accountId: AccountId,
  until: Instant = Infinity,
): Promise<AccountHistory> {
  const partition = partitionOfAccount(accountId, logs.partitions);
  const machine = new PartitionMachine<MarginState>(marginProcess, partition, logs.partitions);
  const forward = new ForwardReader(logs);
  const log = logs.log('margin');
  const bookings: LogEntry[] = [];
  const decisions: LogEntry[] = [];
  let model: string | null = null;
  rebuilding: for (;;) {
    const own = await log.read(partition, machine.size, PAGE);
    if (own.length === 0) break;
    for (const event of own) {
      if (event.time.clearing > until) break rebuilding;
      for (const [source, sourcePartition, upTo] of event.basis) {
        const applied = machine.cursor(source, sourcePartition);
        for await (const entry of forward.between(source, sourcePartition, applied, upTo)) {
          machine.recall(entry);
          if (source === 'accounts' && isAbout(entry, accountId)) bookings.push(entry);
        }
      }
      machine.recallOwn(event);
      if (event.type === 'MarginRunCompleted') ({ model } = event.payload as { readonly model: string });
      else if (isAbout(event, accountId)) decisions.push(event);
    }
  }
  return {
    partition,
    machine,
    bookings,
    decisions,
    model,
    liquidation: await liquidationOf(logs, partition, accountId, until),
  };
}

async function liquidationOf(
  logs: LogDirectory,
  partition: number,
  accountId: AccountId,
  until: Instant,
): Promise<readonly LogEntry[]> {
  const log = logs.log('liquidation');
  const found: LogEntry[] = [];
  for (let after = 0; ;) {
    const page = await log.read(partition, after, PAGE);
    if (page.length === 0) return found;
    for (const entry of page) {
      // Clearing time never falls inside a partition.
      if (entry.time.clearing > until) return found;
      if (isAbout(entry, accountId)) found.push(entry);
    }
    after += page.length;
  }
}

const isAbout = ({ payload }: LogEntry, accountId: AccountId): boolean =>
  (payload as { readonly accountId?: unknown }).accountId === accountId;
