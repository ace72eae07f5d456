import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { SNAPSHOT_POLICY } from '@ballast/partition-worker';
import type { SnapshotSetting } from '@ballast/services';

export const DEFAULT_PARTITIONS = 8;
const DEFAULT_DATA_DIRECTORY = '.ballast';

/** Where the logs are. */
export interface StoreOptions {
  readonly log: 'memory' | 'postgres';
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly partitions?: number;
  /** When partitions are written down; commands that only read have no use for it. */
  readonly snapshotEntries?: number;
  readonly snapshotBytes?: number;
}

/** How a process that writes keeps snapshots; undefined when it was told to keep none, and in memory, which has no next start. */
export function snapshotsOf(
  { log, snapshotEntries, snapshotBytes }: StoreOptions,
  notice: (line: string) => void,
): SnapshotSetting | undefined {
  if (log === 'memory' || snapshotEntries === 0) return undefined;
  const { everyEntries, everyBytes, keep } = SNAPSHOT_POLICY;
  const policy = { everyEntries: snapshotEntries ?? everyEntries, everyBytes: snapshotBytes ?? everyBytes, keep };
  return { policy, notice };
}

export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < least || number > most) {
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** What a command does with the logs: goes on writing them, or reads what is there. */
type StoreUse = 'writes' | 'reads';

const DATA_DIRECTORY: Readonly<Record<StoreUse, string>> = {
  writes: 'keep the embedded database here',
  reads: 'read the embedded database that a run has left here',
};
const DATABASE_URL: Readonly<Record<StoreUse, string>> = {
  writes: 'use this PostgreSQL (15 or later) instead of an embedded one',
  reads: 'read this PostgreSQL (15 or later) instead of an embedded one',
};

/** The options by which every command finds the logs. */
export function withStoreOptions(command: Command, use: StoreUse): Command {
  command.option('--data-dir <directory>', DATA_DIRECTORY[use], path.resolve(DEFAULT_DATA_DIRECTORY)).addOption(
    new Option('--database-url <url>', DATABASE_URL[use])
      .env('DATABASE_URL')
      // An empty variable is a variable that is not set.
      .argParser((url) => (url === '' ? undefined : url)),
  );
  if (use === 'reads') return command;
  const { everyEntries, everyBytes } = SNAPSHOT_POLICY;
  return command
    .option(
      '--snapshot-entries <n>',
      'write a partition down after so many entries, so that a start need not read from the beginning; 0 keeps none',
      wholeNumber(0, 1_000_000_000),
      everyEntries,
    )
    .option(
      '--snapshot-bytes <n>',
      'the same after so many bytes of entries',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
      everyBytes,
    );
}
