import { accountsProcess } from '@ballast/accounts-domain';
import type { LogDirectory } from '@ballast/event-log';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import type { PartitionWorker } from '@ballast/partition-worker';
import type { Lap } from '../measure/stopwatch.js';
import { BENCH_PROGRAM, openedPartitions } from '../restart/opened-partitions.js';
import { DepositTape } from './deposit-tape.js';

const PAGE = 500;

/** The numbered partitions of accounts in one process, over a tape of deposits. */
export class DepositHouse {
  #workers: readonly PartitionWorker[] = [];

  private constructor(
    private readonly logs: LogDirectory,
    private readonly tape: DepositTape,
    private readonly notice: (line: string) => void,
  ) {}

  /** @param notice told of a snapshot that could not be written: a later one makes it good */
  static async open(logs: LogDirectory, accounts: number, notice: (line: string) => void): Promise<DepositHouse> {
    const house = new DepositHouse(logs, new DepositTape(accounts, logs.partitions), notice);
    await house.restart();
    const genesis = genesisOf(readHouseDocuments(), 'accounts');
    for (const worker of house.#workers) await worker.start({ ...BENCH_PROGRAM, genesis });
    return house;
  }

  /** Opens all partitions one after the other, as after a kill. @param whole from the beginning of the logs */
  async restart(whole = false): Promise<Lap> {
    const { logs, tape, notice } = this;
    const { workers, lap } = await openedPartitions('accounts', {
      ...{ logs, reader: tape, notice, whole },
      partitions: Array.from({ length: logs.partitions }, (_, partition) => partition),
      processOf: () => accountsProcess,
    });
    this.#workers = workers;
    return lap;
  }

  /** So many deposits more, all partitions side by side. */
  async take(deposits: number): Promise<void> {
    const each = Math.ceil(deposits / this.#workers.length);
    await Promise.all(this.#workers.map((worker) => takeDeposits(worker, this.tape, each)));
  }

  /** Writes every partition down where it is. */
  async rest(): Promise<void> {
    for (const worker of this.#workers) await worker.rest();
  }
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
