import { GroupCommitter, LogDirectory, partitionNumbers, shapeOf, type EventLog } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { PartitionWorker, SNAPSHOT_POLICY, sourcesOf } from '@ballast/partition-worker';
import { marginService } from '@ballast/services';
import type { BenchContext } from '../bench-server.js';
import { CalmMarket } from '../decision/calm-market.js';
import { figure, type Figure, type FigureDraft } from '../measure/figure.js';
import { median } from '../measure/median.js';

export interface RestartOptions {
  readonly accounts: number;
  readonly partitions: number;
  /** Price sets before each measurement, rising; what is measured is held against the first. */
  readonly priceSets: readonly [few: number, ...more: number[]];
  /** Price sets behind the newest snapshot: what a kill leaves to be taken again. */
  readonly tail: number;
  readonly rounds: number;
}

/** A price set makes nine events of margin: some 10,000 and 100,000. */
export const RESTART_DEFAULTS: RestartOptions = {
  accounts: 10_000,
  partitions: 8,
  priceSets: [1_100, 11_000],
  tail: 100,
  rounds: 3,
};

/** Some 100,000, 1,000,000 and 5,000,000 events: hours on a busy machine, and as much disk as they take. */
export const WHOLE_RESTART: RestartOptions = { ...RESTART_DEFAULTS, priceSets: [11_000, 110_000, 550_000] };

/** Price sets up to which a start from the beginning of the logs is measured too. */
const WHOLE_UP_TO = 11_000;

interface Restart {
  readonly events: number;
  /** From snapshots and the tail behind them. */
  readonly ms: number;
  /** From the beginning of the logs; null where that would take an hour. */
  readonly wholeMs: number | null;
}

/** A restart of margin with the same accounts on a short and on longer histories: it must not grow with them. */
export async function benchRestart(
  context: BenchContext,
  { accounts, partitions, priceSets, tail, rounds }: RestartOptions = RESTART_DEFAULTS,
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
      measured.push(await measure(logs, rounds, wanted <= WHOLE_UP_TO));
    }
    const [few, ...more] = measured as [Restart, ...Restart[]];
    const nameOf = ({ events }: Restart): string =>
      `margin, ${accounts.toLocaleString('en-US')} accounts, ${events.toLocaleString('en-US')} events`;
    return [
      figure(restartFigure(nameOf(few), few)),
      ...more.map((each) =>
        figure({
          ...restartFigure(nameOf(each), each),
          reference: { what: 'the short history', value: few.ms, unit: 'ms' },
          bound: { of: 'ratio', kind: 'at most', limit: 1.5 },
        }),
      ),
    ];
  } finally {
    await database.close();
  }
}

const restartFigure = (what: string, { ms, wholeMs }: Restart): FigureDraft => ({
  part: 'restart',
  what,
  value: ms,
  unit: 'ms',
  note:
    'from snapshots and what came since' +
    (wholeMs === null ? '' : `; from the beginning of the logs ${(wholeMs / 1_000).toFixed(1)} s`),
});

async function measure(logs: LogDirectory, rounds: number, whole: boolean): Promise<Restart> {
  let events = 0;
  for (const { size } of await logs.log('margin').heads()) events += size;
  const wholeMs = whole ? await restart(logs, false, true) : null;
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) took.push(await restart(logs, false));
  return { events, ms: median(took), wholeMs };
}

/**
 * Opens every partition of margin one after the other, as a process does that owns them all.
 * @param rests writes them down where they are
 * @param whole from the beginning of the logs
 * @returns milliseconds until all may decide
 */
async function restart(logs: LogDirectory, rests: boolean, whole = false): Promise<number> {
  const log: EventLog = logs.log('margin');
  const committer = new GroupCommitter(log);
  const notice = (line: string): void => invariant(false, line);
  const program = { release: 'ballast@bench', build: '0'.repeat(64) };
  const started = performance.now();
  const workers: PartitionWorker[] = [];
  for (const partition of partitionNumbers(shapeOf('margin', logs.partitions))) {
    const process = partition === GLOBAL ? marginService.global : marginService.numbered;
    invariant(process !== undefined, 'margin has numbered partitions');
    workers.push(
      await PartitionWorker.open({
        process,
        partition,
        partitions: logs.partitions,
        log,
        committer,
        sources: sourcesOf('margin', partition, logs.partitions),
        reader: logs,
        worker: 'bench',
        publish: () => Promise.resolve(),
        snapshots: whole ? undefined : { store: logs.snapshots, policy: SNAPSHOT_POLICY, ...program, notice },
      }),
    );
  }
  const took = performance.now() - started;
  if (rests) for (const worker of workers) await worker.rest();
  return took;
}
