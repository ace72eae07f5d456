import { snapshotText, ForwardReader, type ServiceDefinition } from '@ballast/partition-worker';
import { GLOBAL, PartitionMachine, snapshotFormat, type PartitionProcess } from '@ballast/event-sourcing';
import type { EntryReader, LogDirectory, SnapshotMark } from '@ballast/event-log';
import { commandEntry, partitionNumbers, shapeOf } from '@ballast/event-log';
import { sha256 } from '@ballast/kernel';
import { PageCache } from '../page-cache.js';
import type { Fault } from './fault.js';

const PAGE = 1_000;

export interface SnapshotsReport {
  /** Snapshots of the four services that this release reads: each was reached from the beginning of its log. */
  readonly proved: number;
  /** Those of another format; no start of this release uses them. */
  readonly foreign: number;
  readonly fault: Fault | undefined;
}

/**
 * Holds every snapshot of the services against its log: taken from the beginning, the log must lead to the same text, position,
 * head, cursors and state included, and the stored bytes must have its hash.
 */
export async function verifySnapshots(
  logs: LogDirectory,
  services: readonly ServiceDefinition[],
  onProgress: (events: number) => void = () => undefined,
): Promise<SnapshotsReport> {
  const reader = new PageCache(logs);
  let proved = 0;
  let foreign = 0;
  for (const { log, numbered, global } of services) {
    const heads = await logs.log(log).heads();
    for (const partition of partitionNumbers(shapeOf(log, logs.partitions))) {
      const process = partition === GLOBAL ? global : (numbered as PartitionProcess<unknown>);
      const marks = await logs.snapshots.marks(log, partition);
      const end = heads.find((head) => head.partition === partition)?.size;
      const readable = marks.filter(({ format }) => format === snapshotFormat(process, partition));
      foreign += marks.length - readable.length;
      // What was written at rest says nothing any more when the log has gone on; no start uses it.
      const own = readable.filter(({ resting, position }) => !resting || position === end);
      const fault = await faultOfPartition(logs, reader, process, own, partition, onProgress);
      if (fault !== undefined) return { proved, foreign, fault };
      proved += own.length;
    }
  }
  return { proved, foreign, fault: undefined };
}

async function faultOfPartition(
  logs: LogDirectory,
  reader: EntryReader,
  process: PartitionProcess<unknown>,
  marks: readonly SnapshotMark[],
  partition: number,
  onProgress: (events: number) => void,
): Promise<Fault | undefined> {
  const log = logs.log(process.log as ServiceDefinition['log']);
  const machine = new PartitionMachine(process, partition, logs.partitions);
  const forward = new ForwardReader(reader);
  const recall = async (source: string, of: number, upTo: number): Promise<void> => {
    const applied = machine.cursor(source, of);
    if (source !== `${log.name}.commands`) {
      for await (const entry of forward.between(source, of, applied, upTo)) machine.recall(entry);
      return;
    }
    for (const record of await log.commands(partition, applied, upTo - applied)) {
      machine.recall(commandEntry(log.name, record));
    }
  };
  for (const mark of [...marks].sort((a, b) => a.position - b.position)) {
    const at = (what: string): Fault => ({ log: log.name, partition, position: mark.position, what });
    while (machine.size < mark.position) {
      const page = await log.read(partition, machine.size, Math.min(PAGE, mark.position - machine.size));
      if (page.length === 0) return at('a snapshot is of a position that the log does not reach');
      for (const event of page) {
        for (const [source, of, upTo] of event.basis) await recall(source, of, upTo);
        machine.recallOwn(event);
      }
      // Nothing is decided here, so nothing is asked for.
      machine.outcomes?.forget(machine.size, 0);
      onProgress(page.length);
    }
    const stored = await logs.snapshots.read(log.name, partition, mark.position);
    if (stored === undefined) continue;
    let text: string;
    try {
      text = await snapshotText(stored);
    } catch (error) {
      return at(`the snapshot is damaged: ${(error as Error).message}`);
    }
    if (!mark.head.equals(machine.head)) return at('the snapshot names another head');
    // Of the newest one only: what was taken behind the last event stands in the snapshot itself.
    for (const [source, of, upTo] of (JSON.parse(text) as { basis: [string, number, number][] }).basis) {
      await recall(source, of, upTo);
    }
    if (!sha256(machine.snapshot()).equals(mark.digest))
      return at('the log leads to another state than the snapshot holds');
  }
  return undefined;
}
