import { accountsProcess } from '@ballast/accounts-domain';
import { GroupCommitter, LogDirectory, type EventLog } from '@ballast/event-log';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { PartitionWorker, SNAPSHOT_POLICY, sourcesOf } from '@ballast/partition-worker';
import type { BenchContext } from '../bench-server.js';
import { bytesInUse } from '../measure/bytes-in-use.js';
import { figure, type Figure } from '../measure/figure.js';
import { DepositTape } from './deposit-tape.js';

export interface DepositsOptions {
  readonly accounts: number;
  readonly partitions: number;
  /** Before the memory is measured that further ones are held against: windows and pools are full by then. */
  readonly before: number;
  readonly deposits: number;
}

export const DEPOSITS_DEFAULTS: DepositsOptions = {
  accounts: 1_000,
  partitions: 8,
  before: 200_000,
  deposits: 200_000,
};

/** Ten million deposits: hours on a busy machine, and some 10 GB of disk. */
export const WHOLE_DEPOSITS: DepositsOptions = { ...DEPOSITS_DEFAULTS, deposits: 10_000_000 };

const PROGRAM = { release: 'ballast@bench', build: '0'.repeat(64) };
const PAGE = 500;
const MB = 1024 * 1024;
/** What the memory may grow by, whatever has happened. */
const MOST_BYTES = 200 * MB;
const PROGRESS_EVERY = 100_000;

/** What accounts holds in memory after many deposits for the same accounts: it must not be the deposits. */
export async function benchDeposits(
  context: BenchContext,
  options: DepositsOptions = DEPOSITS_DEFAULTS,
): Promise<Figure[]> {
  const { accounts, partitions, before, deposits } = options;
  const database = await context.database();
  try {
    const logs = await LogDirectory.open(database.store, partitions);
    const tape = new DepositTape(accounts, partitions);
    // A snapshot that could not be written is made good by a later one.
    const notice = (line: string): void => context.onProgress(`deposits: ${line}`);
    let workers = await open(logs, tape, notice);
    for (const worker of workers) {
      await worker.start({ ...PROGRAM, genesis: genesisOf(readHouseDocuments(), 'accounts') });
    }
    const take = async (upTo: number): Promise<void> => {
      for (let done = 0; done < upTo;) {
        const some = Math.min(PROGRESS_EVERY, upTo - done);
        await Promise.all(workers.map((worker) => takeDeposits(worker, tape, Math.ceil(some / partitions))));
        done += some;
        const rss = Math.round(process.memoryUsage.rss() / MB);
        context.onProgress(`deposits: ${done} of ${upTo}, ${rss} MB resident`);
      }
    };
    await take(before);
    const held = bytesInUse();
    const resident = process.memoryUsage.rss();
    const started = performance.now();
    await take(deposits);
    const seconds = (performance.now() - started) / 1_000;
    // First what is resident, as the operating system sees it while it runs.
    const residentMore = process.memoryUsage.rss() - resident;
    const heldMore = bytesInUse() - held;
    const restartedAt = performance.now();
    workers = await open(logs, tape, notice);
    const restart = performance.now() - restartedAt;
    const count = deposits.toLocaleString('en-US');
    const note = `${accounts.toLocaleString('en-US')} accounts, after ${before.toLocaleString('en-US')} deposits`;
    const limit = { of: 'value', kind: 'at most', limit: MOST_BYTES } as const;
    const [part, of] = ['deposits', `${count} deposits`];
    return [
      figure({ part, what: `resident memory more, ${of}`, value: residentMore, unit: 'bytes', note, bound: limit }),
      figure({ part, what: `held memory more, ${of}`, value: heldMore, unit: 'bytes', note, bound: limit }),
      figure({ part, what: of, value: deposits / seconds, unit: 'events/s', note: 'one process, 500 together' }),
      figure({
        part,
        what: `start behind them`,
        value: restart,
        unit: 'ms',
        note: `${partitions} partitions after a kill`,
      }),
    ];
  } finally {
    await database.close();
  }
}

async function open(
  logs: LogDirectory,
  tape: DepositTape,
  notice: (line: string) => void,
): Promise<readonly PartitionWorker[]> {
  const log: EventLog = logs.log('accounts');
  const committer = new GroupCommitter(log);
  const workers: PartitionWorker[] = [];
  for (let partition = 0; partition < logs.partitions; partition++) {
    workers.push(
      await PartitionWorker.open({
        process: accountsProcess,
        partition,
        partitions: logs.partitions,
        log,
        committer,
        sources: sourcesOf('accounts', partition, logs.partitions),
        reader: tape,
        worker: 'bench',
        publish: () => Promise.resolve(),
        snapshots: {
          store: logs.snapshots,
          policy: SNAPSHOT_POLICY,
          ...PROGRAM,
          notice,
        },
      }),
    );
  }
  return workers;
}

/** Gives a partition the next deposits, the openings of its accounts before them. */
async function takeDeposits(worker: PartitionWorker, tape: DepositTape, count: number): Promise<void> {
  const { partition } = worker;
  const arrived = (): number => worker.arrived('exchange.transfers', partition);
  const upTo = Math.max(arrived(), tape.openings(partition)) + count;
  while (arrived() < upTo) {
    worker.offer(await tape.read('exchange.transfers', partition, arrived(), Math.min(PAGE, upTo - arrived())));
    while (worker.backlog > 0) await worker.runLive();
  }
}
