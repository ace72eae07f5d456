import { LogDirectory } from '@ballast/event-log';
import type { BenchContext } from '../bench-server.js';
import { bytesInUse } from '../measure/bytes-in-use.js';
import { figure, type Figure } from '../measure/figure.js';
import { DepositHouse } from './deposit-house.js';

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
    const house = await DepositHouse.open(logs, accounts, (line) => context.onProgress(`deposits: ${line}`));
    const take = async (upTo: number): Promise<void> => {
      for (let done = 0; done < upTo;) {
        const some = Math.min(PROGRESS_EVERY, upTo - done);
        await house.take(some);
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
    const restart = await house.restart();
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
        value: restart.wallMs,
        unit: 'ms',
        note: `${partitions} partitions after a kill; ${restart.cpuMs.toFixed(0)} ms of processor time`,
      }),
    ];
  } finally {
    await database.close();
  }
}
