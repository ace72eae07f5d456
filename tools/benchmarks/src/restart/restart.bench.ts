import { LogDirectory } from '@ballast/event-log';
import type { BenchContext, BenchDatabase } from '../bench-server.js';
import { CalmMarket } from '../decision/calm-market.js';
import { DepositHouse } from '../deposits/deposit-house.js';
import { figure, type Figure, type FigureDraft } from '../measure/figure.js';
import { median } from '../measure/median.js';
import { BENCH_PROGRAM } from './opened-partitions.js';
import { restartedProcess, type RestartAnswer, type RestartQuestion } from './restarted-process.js';

export interface RestartOptions {
  readonly accounts: number;
  readonly partitions: number;
  /** Of either log before each measurement, rising; what is measured is held against the first. */
  readonly events: readonly [few: number, ...more: number[]];
  /** Behind each price set of margin, a credit of one account each. */
  readonly credits: number;
  /** Price sets behind the newest snapshot of margin: what a kill leaves to be taken again. */
  readonly tail: number;
  readonly rounds: number;
}

export const RESTART_DEFAULTS: RestartOptions = {
  accounts: 10_000,
  partitions: 8,
  events: [100_000, 1_000_000],
  credits: 1_000,
  tail: 100,
  rounds: 3,
};

/** Some 20 minutes of processor time for either log, and as much disk as five million events take. */
export const WHOLE_RESTART: RestartOptions = { ...RESTART_DEFAULTS, events: [100_000, 1_000_000, 5_000_000] };

interface Restart {
  readonly events: number;
  /** From snapshots and the tail behind them, in the middle of some rounds. */
  readonly middle: RestartAnswer;
  /** Of the newest snapshots of all partitions, as they are stored. */
  readonly snapshotBytes: number;
  /** From the beginning of the logs; null where that would take long. */
  readonly whole: RestartAnswer | null;
}

/** Restarts of margin and of accounts with the same accounts on a short and on longer histories: they must not grow with them. */
export const benchRestart = async (
  context: BenchContext,
  options: RestartOptions = RESTART_DEFAULTS,
): Promise<Figure[]> => [
  ...(await restartsOfMargin(context, options)),
  ...(await restartsOfAccounts(context, options)),
];

async function restartsOfMargin(context: BenchContext, options: RestartOptions): Promise<Figure[]> {
  const { accounts, partitions, events, credits, tail } = options;
  const database = await context.database();
  try {
    const logs = await LogDirectory.open(database.store, partitions);
    context.onProgress(`restart: margin, ${accounts} accounts`);
    const market = await CalmMarket.open(logs, accounts);
    // A run of every partition, the schedule, and a run for each credit.
    const perPriceSet = partitions + 1 + credits;
    const measured: Restart[] = [];
    for (const wanted of events) {
      const tailEvents = tail * (partitions + 1);
      while (market.events < wanted - tailEvents) {
        const left = Math.ceil((wanted - tailEvents - market.events) / perPriceSet);
        await market.grow(Math.min(left, PROGRESS_EVERY), credits);
        context.onProgress(`restart: ${market.events} events of margin`);
      }
      await market.rest(BENCH_PROGRAM);
      await market.grow(tail);
      measured.push(await measure({ log: 'margin', database, logs, options, whole: wanted === events[0] }));
    }
    return figuresOf(`margin, ${accounts.toLocaleString('en-US')} accounts`, measured);
  } finally {
    await database.close();
  }
}

const PROGRESS_EVERY = 100;

/** Deposits for the same accounts; what came since the newest snapshot is what the policy leaves. */
async function restartsOfAccounts(context: BenchContext, options: RestartOptions): Promise<Figure[]> {
  const { accounts, partitions, events } = options;
  const database = await context.database();
  try {
    const logs = await LogDirectory.open(database.store, partitions);
    context.onProgress(`restart: accounts, ${accounts} of them`);
    const house = await DepositHouse.open(logs, accounts, (line) => context.onProgress(`restart: ${line}`));
    let taken = 0;
    const measured: Restart[] = [];
    for (const wanted of events) {
      while (taken < wanted) {
        const some = Math.min(wanted - taken, PROGRESS_EVERY * 1_000);
        await house.take(some);
        taken += some;
        context.onProgress(`restart: ${taken} deposits`);
      }
      measured.push(await measure({ log: 'accounts', database, logs, options, whole: wanted === events[0] }));
      // Another process was the writer meanwhile.
      await house.restart();
    }
    return figuresOf(`accounts, ${accounts.toLocaleString('en-US')} of them`, measured);
  } finally {
    await database.close();
  }
}

/** Of the processor both are held against the short history: on a busy machine it says more than the clock. */
function figuresOf(what: string, measured: readonly Restart[]): Figure[] {
  const [few, ...more] = measured as [Restart, ...Restart[]];
  return [
    figure(restartFigure(what, few)),
    ...more.map((each) =>
      figure({
        ...restartFigure(what, each),
        reference: { what: 'the short history', value: few.middle.lap.cpuMs, unit: 'ms' },
        bound: { of: 'ratio', kind: 'at most', limit: 1.5 },
      }),
    ),
  ];
}

const MB = 1024 * 1024;

const restartFigure = (what: string, { events, middle, snapshotBytes, whole }: Restart): FigureDraft => ({
  part: 'restart',
  what: `${what}, ${events.toLocaleString('en-US')} events: processor time`,
  value: middle.lap.cpuMs,
  unit: 'ms',
  note:
    `from snapshots and what came since; by the clock ${middle.lap.wallMs.toFixed(0)} ms; with the start of the process ` +
    `${middle.whole.cpuMs.toFixed(0)} ms, by the clock ${middle.whole.wallMs.toFixed(0)} ms; ` +
    `snapshots ${(snapshotBytes / MB).toFixed(2)} MB, resident ${(middle.residentBytes / MB).toFixed(0)} MB` +
    (whole === null
      ? ''
      : `; from the beginning of the logs ${(whole.lap.cpuMs / 1_000).toFixed(1)} s, by the clock ${(whole.lap.wallMs / 1_000).toFixed(1)} s`),
});

interface ToMeasure {
  readonly log: 'margin' | 'accounts';
  readonly database: BenchDatabase;
  readonly logs: LogDirectory;
  readonly options: RestartOptions;
  readonly whole: boolean;
}

async function measure({ log, database, logs, options, whole }: ToMeasure): Promise<Restart> {
  const { accounts, partitions, rounds } = options;
  const question: RestartQuestion = { log, connection: database.connection, partitions, accounts, whole: false };
  let events = 0;
  for (const { size } of await logs.log(log).heads()) events += size;
  const first = whole ? await restartedProcess({ ...question, whole: true }) : null;
  const answers: RestartAnswer[] = [];
  for (let round = 0; round < rounds; round++) answers.push(await restartedProcess(question));
  const middle = median(answers.map(({ lap }) => lap.cpuMs));
  return {
    events,
    middle: answers.find(({ lap }) => lap.cpuMs === middle) ?? (answers[0] as RestartAnswer),
    snapshotBytes: await snapshotBytes(logs, log),
    whole: first,
  };
}

async function snapshotBytes(logs: LogDirectory, log: string): Promise<number> {
  let bytes = 0;
  for (const partition of await logs.snapshots.partitions(log)) {
    const [newest] = await logs.snapshots.marks(log, partition);
    if (newest === undefined) continue;
    bytes += (await logs.snapshots.read(log, partition, newest.position))?.content.length ?? 0;
  }
  return bytes;
}
