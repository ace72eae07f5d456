import type { LogEntry } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ExchangeLog, type LogName, type ServiceLog } from '@ballast/facts';
import { invariant } from '@ballast/kernel';
import { commandEntry, type EntryReader } from './entry-reader.js';
import {
  LogAltered,
  type AppendOutcome,
  type EventLog,
  type LogShape,
  type LogStore,
  type PlacedItem,
} from './event-log.js';
import { partitionNumbers } from './log-shape.js';
import type { SnapshotStore } from './snapshot-store.js';

/** All logs of a clearing house by name, opened over one store. Reads commands as the logs they are. */
export class LogDirectory implements EntryReader {
  private constructor(
    readonly partitions: number,
    private readonly store: LogStore,
    private readonly logs: ReadonlyMap<string, EventLog>,
    /** Why a log that is there could not be opened, by name. */
    readonly refused: ReadonlyMap<string, string> = new Map(),
  ) {}

  /** Opens the named logs, creating what is not there yet; refuses another partition count. */
  static async open(
    store: LogStore,
    partitions: number,
    names: readonly LogName[] = [...SERVICE_LOGS, ...EXCHANGE_LOGS],
  ): Promise<LogDirectory> {
    const logs = new Map<string, EventLog>();
    for (const name of names) logs.set(name, await store.open(shapeOf(name, partitions)));
    return new LogDirectory(partitions, store, logs);
  }

  /** Beside the logs. */
  get snapshots(): SnapshotStore {
    return this.store.snapshots;
  }

  /** Opens the logs that are there and creates none: a house need not have an exchange of ours. */
  static async openPresent(store: LogStore): Promise<LogDirectory> {
    const logs = new Map<string, EventLog>();
    const refused = new Map<string, string>();
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      try {
        const log = await store.openPresent(name);
        if (log !== undefined) logs.set(name, log);
      } catch (error) {
        if (!(error instanceof LogAltered)) throw error;
        refused.set(name, error.message);
      }
    }
    const partitions = Math.max(0, ...[...logs.values()].map((log) => log.partitions));
    return new LogDirectory(partitions, store, logs, refused);
  }

  get isEmpty(): boolean {
    return this.logs.size === 0 && this.refused.size === 0;
  }

  /** Those that are open here. */
  get names(): readonly (ServiceLog | ExchangeLog)[] {
    return [...this.logs.keys()] as (ServiceLog | ExchangeLog)[];
  }

  has(name: string): boolean {
    return this.logs.has(name);
  }

  log(name: ServiceLog | ExchangeLog): EventLog {
    const log = this.logs.get(name);
    invariant(log !== undefined, `log ${name} is not open here`);
    return log;
  }

  appendTogether(items: readonly PlacedItem[]): Promise<AppendOutcome> {
    return this.store.appendTogether(items);
  }

  async read(name: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]> {
    if (name.endsWith('.commands')) {
      const service = name.slice(0, -'.commands'.length);
      const records = await this.log(service as ServiceLog).commands(partition, after, limit);
      return records.map((record) => commandEntry(service, record));
    }
    return this.log(name as ServiceLog).read(partition, after, limit);
  }

  async close(): Promise<void> {
    for (const log of this.logs.values()) await log.close();
  }
}

/** Which partitions a log has. */
export function shapeOf(name: LogName, partitions: number): LogShape {
  if (name === 'pricing' || name === 'exchange.quotes') return { name, partitions: 0, global: true };
  if (name.startsWith('exchange.')) return { name, partitions, global: false };
  return { name, partitions, global: true };
}

/** Every partition of some logs. @param partitions numbered ones of a log */
export const logPartitions = <Name extends LogName>(
  names: readonly Name[],
  partitions: number,
): readonly { readonly log: Name; readonly partition: number }[] =>
  names.flatMap((log) => partitionNumbers(shapeOf(log, partitions)).map((partition) => ({ log, partition })));

/** Partition count the logs of a store were created with; undefined when there are none yet. */
export async function partitionsOf(store: LogStore): Promise<number | undefined> {
  return (await store.shapeOf('accounts'))?.partitions;
}
