import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { databaseUrlOf } from './database-url.js';

export const DEFAULT_PARTITIONS = 8;
const DEFAULT_DATA_DIRECTORY = '.ballast';

/** Where the logs are. */
export interface StoreOptions {
  readonly log: 'memory' | 'postgres';
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly partitions?: number;
  /** Where archived blocks are kept now; default: where they were put. */
  readonly archive?: string;
  /** When partitions are written down; commands that only read have no use for it. */
  readonly snapshotEntries?: number;
  readonly snapshotBytes?: number;
}

export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^(0|[1-9]\d*)$/.test(value) ? Number(value) : NaN;
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
  command
    .option('--data-dir <directory>', DATA_DIRECTORY[use], path.resolve(DEFAULT_DATA_DIRECTORY))
    .addOption(new Option('--database-url <url>', DATABASE_URL[use]).env('DATABASE_URL').argParser(databaseUrlOf))
    .addOption(
      new Option('--archive <directory>', 'archived blocks are here now (default: where they were put)').env(
        'BALLAST_ARCHIVE',
      ),
    );
  if (use === 'reads') return command;
  return command
    .option(
      '--snapshot-entries <n>',
      'write a partition down after so many entries, so that a start need not read from the beginning; 0 keeps none',
      wholeNumber(0, 1_000_000_000),
    )
    .option('--snapshot-bytes <n>', 'the same after so many bytes of entries', wholeNumber(1, Number.MAX_SAFE_INTEGER));
}

/** Of the commands that write; who reads takes what is there. */
export const partitionsOption = (): Option =>
  new Option(
    '--partitions <n>',
    `numbered partitions of every log; fixed when the logs are created (${DEFAULT_PARTITIONS} unless they exist)`,
  ).argParser(wholeNumber(1, 1024));

/** Said before anything is loaded. A URL may hold a password, so a database of the caller's is not named. */
export const openingLine = ({ log, databaseUrl, dataDir }: StoreOptions): string =>
  `opening ${log === 'memory' ? 'logs in memory' : databaseUrl === undefined ? path.resolve(dataDir) : 'the database'}`;
