import { GroupCommitter, type EventLog, type LogDirectory } from '@ballast/event-log';
import type { PartitionProcess } from '@ballast/event-sourcing';
import { PartitionWorker, SNAPSHOT_POLICY, sourcesOf } from '@ballast/partition-worker';
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
