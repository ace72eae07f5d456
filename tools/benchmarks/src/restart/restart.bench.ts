import { LogDirectory, partitionNumbers, shapeOf } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { marginService } from '@ballast/services';
import type { BenchContext } from '../bench-server.js';
import { CalmMarket } from '../decision/calm-market.js';
import { DepositHouse } from '../deposits/deposit-house.js';
import { figure, type Figure, type FigureDraft } from '../measure/figure.js';
import { median } from '../measure/median.js';
import type { Lap } from '../measure/stopwatch.js';
import { openedPartitions } from './opened-partitions.js';

export interface RestartOptions {
  readonly accounts: number;
  readonly partitions: number;
  /** Price sets before each measurement, rising; what is measured is held against the first. */
  readonly priceSets: readonly [few: number, ...more: number[]];
  /** Price sets behind the newest snapshot: what a kill leaves to be taken again. */
  readonly tail: number;
  /** Deposits before each measurement of accounts, rising. */
  readonly deposits: readonly [few: number, ...more: number[]];
  readonly rounds: number;
}

/** A price set makes nine events of margin: some 10,000 and 100,000. */
export const RESTART_DEFAULTS: RestartOptions = {
  accounts: 10_000,
  partitions: 8,
  priceSets: [1_100, 11_000],
  tail: 100,
  deposits: [10_000, 100_000],
  rounds: 3,
};

/** Some 100,000, 1,000,000 and 5,000,000 events: hours on a busy machine, and as much disk as they take. */
export const WHOLE_RESTART: RestartOptions = {
  ...RESTART_DEFAULTS,
  priceSets: [11_000, 110_000, 550_000],
  deposits: [100_000, 1_000_000],
};

/** Price sets, or deposits, up to which a start from the beginning of the logs is measured too. */
const WHOLE_UP_TO = 11_000;

interface Restart {
  readonly events: number;
  /** From snapshots and the tail behind them. */
  readonly lap: Lap;
  /** From the beginning of the logs; null where that would take an hour. */
  readonly whole: Lap | null;
}

/** Restarts of margin and of accounts with the same accounts on a short and on longer histories: they must not grow with them. */
export const benchRestart = async (
  context: BenchContext,
  options: RestartOptions = RESTART_DEFAULTS,
): Promise<Figure[]> => [
  ...(await restartsOfMargin(context, options)),
  ...(await restartsOfAccounts(context, options)),
];

async function restartsOfMargin(
  context: BenchContext,
  { accounts, partitions, priceSets, tail, rounds }: RestartOptions,
): Promise<Figure[]> {
  const database = await context.database();
  try {
    const logs = await LogDirectory.open(database.store, partitions);
    context.onProgress(`restart: ${accounts} accounts`);
    const market = await CalmMarket.open(logs, accounts);
    let stored = 0;
    const measured: Restart[] = [];
    for (const wanted of priceSets) {
      context.onProgress(`restart: up to ${wanted} price sets`);
      await market.grow(wanted - tail - stored);
      await restart(logs, true);
      await market.grow(tail);
      stored = wanted;
      measured.push(
        await measure(logs, 'margin', rounds, wanted <= WHOLE_UP_TO, (whole) => restart(logs, false, whole)),
      );
    }
    return figuresOf(`margin, ${accounts.toLocaleString('en-US')} accounts`, measured);
  } finally {
    await database.close();
  }
}

/** Deposits for the same accounts; what came since the newest snapshot is what the policy leaves. */
async function restartsOfAccounts(
  context: BenchContext,
  { accounts, partitions, deposits, rounds }: RestartOptions,
): Promise<Figure[]> {
  const database = await context.database();
  try {
    const logs = await LogDirectory.open(database.store, partitions);
    const house = await DepositHouse.open(logs, accounts, (line) => context.onProgress(`restart: ${line}`));
    let taken = 0;
    const measured: Restart[] = [];
    for (const wanted of deposits) {
      context.onProgress(`restart: up to ${wanted} deposits`);
      await house.take(wanted - taken);
      taken = wanted;
      measured.push(await measure(logs, 'accounts', rounds, wanted <= WHOLE_UP_TO, (whole) => house.restart(whole)));
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
        reference: { what: 'the short history', value: few.lap.cpuMs, unit: 'ms' },
        bound: { of: 'ratio', kind: 'at most', limit: 1.5 },
      }),
    ),
  ];
}

const restartFigure = (what: string, { events, lap, whole }: Restart): FigureDraft => ({
  part: 'restart',
  what: `${what}, ${events.toLocaleString('en-US')} events: processor time`,
  value: lap.cpuMs,
  unit: 'ms',
  note:
    `from snapshots and what came since; by the clock ${lap.wallMs.toFixed(0)} ms` +
    (whole === null
      ? ''
      : `; from the beginning of the logs ${(whole.cpuMs / 1_000).toFixed(1)} s, by the clock ${(whole.wallMs / 1_000).toFixed(1)} s`),
});

async function measure(
  logs: LogDirectory,
  log: 'margin' | 'accounts',
  rounds: number,
  whole: boolean,
  restarted: (whole: boolean) => Promise<Lap>,
): Promise<Restart> {
  let events = 0;
  for (const { size } of await logs.log(log).heads()) events += size;
  const first = whole ? await restarted(true) : null;
  const laps: Lap[] = [];
  for (let round = 0; round < rounds; round++) laps.push(await restarted(false));
  const lap = { wallMs: median(laps.map(({ wallMs }) => wallMs)), cpuMs: median(laps.map(({ cpuMs }) => cpuMs)) };
  return { events, lap, whole: first };
}

/**
 * Opens every partition of margin.
 * @param rests writes them down where they are
 * @param whole from the beginning of the logs
 * @returns what it took until all may decide
 */
async function restart(logs: LogDirectory, rests: boolean, whole = false): Promise<Lap> {
  const { workers, lap } = await openedPartitions('margin', {
    logs,
    partitions: partitionNumbers(shapeOf('margin', logs.partitions)),
    processOf(partition) {
      const process = partition === GLOBAL ? marginService.global : marginService.numbered;
      invariant(process !== undefined, 'margin has numbered partitions');
      return process;
    },
    reader: logs,
    notice: (line) => invariant(false, line),
    whole,
  });
  if (rests) for (const worker of workers) await worker.rest();
  return lap;
}
