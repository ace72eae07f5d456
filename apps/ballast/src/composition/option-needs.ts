import type { Command } from 'commander';
import { UsageError } from '../usage-error.js';

/** Options that count only beside others; what would be passed over is not what was asked for. */
interface OptionNeed {
  /** Default: every command that has them. */
  readonly commands?: readonly string[];
  readonly options: readonly string[];
  readonly counts: (command: Command) => boolean;
  /** Why they would be passed over, and what to do; said behind the name of the option. */
  readonly remedy: string | ((command: Command) => string);
}

const has = (command: Command, option: string): boolean => command.getOptionValue(option) !== undefined;
const is = (command: Command, option: string, value: unknown): boolean => command.getOptionValue(option) === value;

const WRITERS = ['serve', 'simulate'];
/** Options that make the run of a simulated exchange. */
const OF_A_RUN = ['from', 'to', 'accounts', 'seed', 'openingFund', 'reactions', 'priceFeedback'];
const SNAPSHOTS = ['snapshotEntries', 'snapshotBytes'];
const GENESIS = ['documents', 'author', 'approver'];

/** Every combination of options in which one would be passed over. */
const NEEDS: readonly OptionNeed[] = [
  {
    commands: ['serve'],
    options: ['live'],
    counts: (command) => has(command, 'simulate'),
    remedy: 'lets a simulated exchange run freely; name its scenario with --simulate',
  },
  {
    commands: ['serve'],
    options: ['exchange'],
    counts: (command) => !has(command, 'simulate'),
    remedy: 'none takes the messages of your own exchange; leave out --simulate, or --exchange',
  },
  {
    commands: ['serve'],
    options: OF_A_RUN,
    counts: (command) => has(command, 'simulate'),
    remedy: 'makes a simulated exchange; add --simulate, or leave it out',
  },
  {
    commands: ['serve'],
    options: ['speed'],
    counts: (command) => is(command, 'live', true),
    remedy: 'is of a simulated exchange that runs freely; add --live, or leave it out',
  },
  {
    commands: ['simulate'],
    options: ['topicPrefix'],
    counts: (command) => has(command, 'brokers'),
    remedy: 'is of topics at --brokers; add --brokers, or leave it out',
  },
  {
    commands: ['simulate'],
    options: GENESIS,
    counts: (command) => !has(command, 'brokers'),
    remedy:
      'is for logs that this process writes; with --brokers leave it out, and set DOCUMENTS, GENESIS_AUTHOR and GENESIS_APPROVER of the services',
  },
  {
    commands: ['simulate'],
    options: SNAPSHOTS,
    counts: (command) => !has(command, 'brokers'),
    remedy:
      'is for logs that this process writes; with --brokers leave it out, and set SNAPSHOT_ENTRIES and SNAPSHOT_BYTES of the services',
  },
  {
    commands: ['simulate'],
    options: ['log', 'dataDir'],
    counts: (command) => !has(command, 'brokers'),
    remedy: 'is for logs that this process keeps; with --brokers name the database of the services by --database-url',
  },
  {
    commands: WRITERS,
    options: ['dataDir', 'databaseUrl', 'archive', ...SNAPSHOTS],
    counts: (command) => !is(command, 'log', 'memory'),
    remedy: 'is of logs that are kept; leave out --log memory, or it',
  },
  {
    commands: WRITERS,
    options: ['snapshotBytes'],
    counts: (command) => !is(command, 'snapshotEntries', 0),
    remedy: 'says how often snapshots are written, and --snapshot-entries 0 keeps none; leave out one of them',
  },
  {
    commands: ['verify'],
    options: ['snapshots'],
    counts: (command) => !has(command, 'log'),
    remedy: 'reaches the snapshots of every log from its beginning; leave out --log, or it',
  },
  {
    commands: ['backup'],
    options: ['archive'],
    counts: () => false,
    remedy: 'is of files that are not in a backup; copy them by themselves, and leave it out',
  },
  {
    options: ['dataDir'],
    counts: (command) => !has(command, 'databaseUrl'),
    remedy: (command) =>
      command.getOptionValueSource('databaseUrl') === 'env'
        ? 'is of an embedded database, and the variable DATABASE_URL names another; unset it, or leave out --data-dir'
        : 'is of an embedded database, and --database-url names another; leave out one of them',
  },
];

/**
 * Whether every option that was written counts. What the environment sets is a standing setting, which need not fit every command.
 * @throws UsageError naming the first that would be passed over, and the remedy
 */
export function assertAllCount(command: Command): void {
  for (const { commands, options, counts, remedy } of NEEDS) {
    if ((commands !== undefined && !commands.includes(command.name())) || counts(command)) continue;
    const given = command.options.find(
      (option) =>
        options.includes(option.attributeName()) &&
        command.getOptionValueSource(option.attributeName()) === 'cli' &&
        // The one of a pair: what a word and its "no" make has one name.
        option.negate === (command.getOptionValue(option.attributeName()) === false),
    );
    if (given === undefined) continue;
    throw new UsageError(`${given.long} ${typeof remedy === 'string' ? remedy : remedy(command)}`);
  }
}
