import { GroupCommitter, partitionNumbers, shapeOf, type EventLog, type LogDirectory } from '@ballast/event-log';
import { GLOBAL, type PartitionProcess } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { PartitionWorker, SNAPSHOT_POLICY, sourcesOf } from '@ballast/partition-worker';
import { marginService } from '@ballast/services';
import { Stopwatch, type Lap } from '../measure/stopwatch.js';

/** What a bench says of the program that writes. */
export const BENCH_PROGRAM = { release: 'ballast@bench', build: '0'.repeat(64) };

export interface PartitionsToOpen {
  readonly logs: LogDirectory;
  readonly partitions: readonly number[];
  readonly processOf: (partition: number) => PartitionProcess<unknown>;
  readonly reader: Parameters<typeof PartitionWorker.open>[0]['reader'];
  /** Told of a snapshot that could not be written. */
  readonly notice: (line: string) => void;
  /** From the beginning of the logs, without snapshots. */
  readonly whole: boolean;
}

/** All of margin, over the logs in the database. */
export const marginPartitions = (
  logs: LogDirectory,
): Pick<PartitionsToOpen, 'logs' | 'partitions' | 'processOf' | 'reader'> => ({
  logs,
  reader: logs,
  partitions: partitionNumbers(shapeOf('margin', logs.partitions)),
  processOf(partition) {
    const process = partition === GLOBAL ? marginService.global : marginService.numbered;
    invariant(process !== undefined, 'margin has numbered partitions');
    return process;
  },
});

/** Opens partitions of one log one after the other, as a process does that owns them all, with what it took until all may decide. */
export async function openedPartitions(
  name: 'accounts' | 'margin',
  { logs, partitions, processOf, reader, notice, whole }: PartitionsToOpen,
): Promise<{ readonly workers: readonly PartitionWorker[]; readonly lap: Lap }> {
  const log: EventLog = logs.log(name);
  const committer = new GroupCommitter(log);
  const watch = new Stopwatch();
  const workers: PartitionWorker[] = [];
  for (const partition of partitions) {
    workers.push(
      await PartitionWorker.open({
        process: processOf(partition),
        partition,
        partitions: logs.partitions,
        log,
        committer,
        sources: sourcesOf(name, partition, logs.partitions),
        reader,
        worker: 'bench',
        publish: () => Promise.resolve(),
        snapshots: whole ? undefined : { store: logs.snapshots, policy: SNAPSHOT_POLICY, ...BENCH_PROGRAM, notice },
      }),
    );
  }
  return { workers, lap: watch.stop() };
}
