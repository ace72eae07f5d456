import { JointCommitter, type EntryReader, type LogDirectory } from '@ballast/event-log';
import { GLOBAL, type PartitionProcess, type SealedEvent } from '@ballast/event-sourcing';
import type { SimulatorState } from '@ballast/exchange-simulator-domain';
import type { ExchangeLog } from '@ballast/facts';
import { PartitionWorker, sourcesOf, type SnapshotOptions } from '@ballast/partition-worker';

export interface ExchangeWorkerOptions {
  readonly process: PartitionProcess<SimulatorState>;
  /** The logs of the exchange, all of one store. */
  readonly logs: LogDirectory;
  /** Reads what the exchange listens to. */
  readonly reader: EntryReader;
  readonly worker: string;
  readonly publish: (entries: readonly SealedEvent[]) => Promise<void>;
  readonly snapshots?: SnapshotOptions | undefined;
}

/** Opens the one worker of the simulated exchange: the writer of all its topics, of which a step or an answer is stored together. */
export async function openExchange({
  process,
  logs,
  reader,
  worker,
  publish,
  snapshots,
}: ExchangeWorkerOptions): Promise<PartitionWorker<SimulatorState>> {
  return PartitionWorker.open({
    process,
    partition: GLOBAL,
    partitions: logs.partitions,
    log: logs.log('exchange.quotes'),
    committer: { log: (name) => logs.log(name as ExchangeLog), committer: new JointCommitter(logs) },
    sources: sourcesOf('exchange', GLOBAL, logs.partitions),
    reader,
    worker,
    publish,
    snapshots,
  });
}
