import { VIEWS, type LogDirectory, type SnapshotMark } from '@ballast/event-log';
import { GLOBAL, PartitionMachine, snapshotFormat, type PartitionProcess } from '@ballast/event-sourcing';
import type { ExchangeLog, ServiceLog } from '@ballast/facts';
import { InvariantViolation, compareText } from '@ballast/kernel';
import { ForwardReader, rebuild, snapshotText, type ServiceDefinition } from '@ballast/partition-worker';
import type { AuditDesk, SnapshotsAnswer, SnapshotsTask, TaskRunner, WeighedTask } from '../tasks/audit-task.js';
import { Meter } from '../tasks/meter.js';
import { inTurn } from '../tasks/do-task.js';
import type { Fault } from './fault.js';

export interface SnapshotsReport {
  /** Snapshots that this release reads: each was reached from the beginning of its log. */
  readonly proved: number;
  /** Those of another format; no start of this release uses them. */
  readonly foreign: number;
  /** What was left out, and why. */
  readonly leftOut: readonly string[];
  /** The first of each partition. */
  readonly faults: readonly Fault[];
}

/**
 * Holds every snapshot of the services and of the exchange against its log: taken from the beginning, the log must lead to
 * the same text, position, head, cursors and state included, and the stored bytes must have its hash.
 * @param exchange who writes the logs of the exchange; undefined when nobody says what it plays
 * @see CLR-LOG-043
 */
export async function verifySnapshots(
  logs: LogDirectory,
  services: readonly ServiceDefinition[],
  {
    exchange,
    runner = inTurn({ logs, services, exchange }),
    onProgress = () => undefined,
  }: {
    readonly exchange?: PartitionProcess<unknown> | undefined;
    readonly runner?: TaskRunner;
    /** @param share of all that is proved, from 0 to 1 */
    readonly onProgress?: (share: number) => void;
  } = {},
): Promise<SnapshotsReport> {
  const leftOut: string[] = [];
  const faults: Fault[] = [];
  const tasks: WeighedTask<SnapshotsTask>[] = [];
  for (const log of [...services.map((service) => service.log), 'exchange.quotes'] as const) {
    if (!logs.has(log)) continue;
    const heads = await logs.log(log).heads();
    for (const partition of await logs.snapshots.partitions(log)) {
      if (heads.some((head) => head.partition === partition)) continue;
      faults.push(...(await faultsBeside(logs, log, partition)));
    }
    for (const { partition, size } of heads) {
      if (log !== 'exchange.quotes' || exchange !== undefined) {
        tasks.push({ task: { kind: 'snapshots', log, partition }, weight: size });
      } else if ((await logs.snapshots.marks(log, partition)).length > 0) {
        leftOut.push('snapshots of the exchange: say what it plays');
      }
    }
  }
  const meter = new Meter(tasks.map((each) => ({ ...each, reads: each.weight })));
  const answers = await runner.run(tasks, {
    onNews: (task, news) => {
      if (!('events' in news)) return;
      meter.read(task, news.events);
      onProgress(meter.share);
    },
    onAnswer: (task) => meter.ended(task),
  });
  let proved = 0;
  let foreign = 0;
  for (const answer of answers) {
    proved += answer?.proved ?? 0;
    foreign += answer?.foreign ?? 0;
    if (answer !== undefined && answer.fault !== null) faults.push(answer.fault);
  }
  return { proved, foreign, leftOut, faults };
}

/** What is wrong with snapshots of a partition that a log does not have: all of them, but for views that are whole. */
async function faultsBeside(logs: LogDirectory, log: string, partition: number): Promise<readonly Fault[]> {
  const marks = await logs.snapshots.marks(log, partition);
  const hasViews = log === VIEWS.log && partition === VIEWS.partition;
  if (!hasViews || marks.some(({ format }) => !format.startsWith(`${VIEWS.form}@`))) {
    return [{ log, partition, position: null, what: 'it has snapshots, and the log has no such partition' }];
  }
  const faults: Fault[] = [];
  for (const { position } of marks) {
    const stored = await logs.snapshots.read(log, partition, position);
    try {
      if (stored !== undefined) await snapshotText(stored);
    } catch (error) {
      faults.push({
        log,
        partition,
        position,
        what: `the snapshot of the views is damaged (${(error as Error).message}): a cache, which the operator deletes; the next start makes another`,
      });
    }
  }
  return faults;
}

/** The process that writes a partition; undefined when nobody knows it. */
export function processOf(
  { services, exchange }: Pick<AuditDesk, 'services' | 'exchange'>,
  log: string,
  partition: number,
): PartitionProcess<unknown> | undefined {
  if (log === 'exchange.quotes') return exchange;
  const service = services.find((each) => each.log === log);
  return partition === GLOBAL ? service?.global : service?.numbered;
}

/** Proves the snapshots of one partition, the oldest first. */
export async function snapshotsOfPartition(
  desk: AuditDesk,
  { log, partition }: SnapshotsTask,
  onProgress: (events: number) => void,
): Promise<SnapshotsAnswer> {
  const { logs } = desk;
  const process = processOf(desk, log, partition);
  if (process === undefined) return { proved: 0, foreign: 0, fault: null };
  const marks = await logs.snapshots.marks(log, partition);
  const end = (await logs.log(log).heads()).find((head) => head.partition === partition)?.size ?? 0;
  const format = snapshotFormat(process, partition);
  const { proved, fault } = await proof(desk, process, marks, { partition, end, format }, onProgress);
  const foreign = marks.filter((mark) => mark.format !== format).length;
  return { proved, foreign, fault: fault ?? null };
}

interface Place {
  readonly partition: number;
  /** Where the log ends. */
  readonly end: number;
  /** Of the snapshots that this release reads. */
  readonly format: string;
}

async function proof(
  { logs, reader }: AuditDesk,
  process: PartitionProcess<unknown>,
  marks: readonly SnapshotMark[],
  { partition, end, format }: Place,
  onProgress: (events: number) => void,
): Promise<{ readonly proved: number; readonly fault?: Fault }> {
  const log = process.log as OwnLog;
  const machine = new PartitionMachine(process, partition, logs.partitions);
  let proved = 0;
  for (const mark of [...marks].sort((a, b) => a.position - b.position)) {
    const wrong = (what: string): { proved: number; fault: Fault } => ({
      proved,
      fault: { log, partition, position: mark.position, what: `the snapshot ${what}` },
    });
    if (mark.position > end) return wrong('is of a position that the log does not reach');
    const stored = await logs.snapshots.read(log, partition, mark.position);
    if (stored === undefined) continue;
    let text: string;
    let written: Written;
    try {
      text = await snapshotText(stored);
      written = JSON.parse(text) as Written;
    } catch (error) {
      return wrong(
        `is damaged (${(error as Error).message}): a cache, which the operator deletes; the next start makes another`,
      );
    }
    if (written.format !== mark.format) return wrong(`names format ${mark.format}, and is of ${written.format}`);
    if (written.format !== format) continue;
    const { lanes, basis } = written;
    const said = `${written.log}/${written.partition}#${lanes[0]?.size}`;
    if (said !== `${log}/${partition}#${mark.position}`) return wrong(`is one of ${said}`);
    if (mark.resting !== basis.length > 0) return wrong(`says that it was ${mark.resting ? '' : 'not '}taken at rest`);
    // What was written at rest says nothing any more when the log has gone on; no start uses it.
    if (mark.resting && mark.position !== end) continue;
    const ends = new Map(lanes.map((lane) => [`${lane.log}/${lane.partition}`, lane.size]));
    try {
      const endOf = (name: string, of: number): number => ends.get(`${name}/${of}`) ?? 0;
      await rebuild(
        machine,
        (name) => logs.log(name as OwnLog),
        reader,
        () => {
          // Nothing is decided here, so nothing is asked for.
          machine.outcomes?.forget(machine.size, 0);
          onProgress(1);
        },
        endOf,
      );
      // Of the newest one only: what was taken behind the last event stands in the snapshot itself.
      const forward = new ForwardReader(reader);
      for (const [source, of, upTo] of basis) {
        for await (const entry of forward.between(source, of, machine.cursor(source, of), upTo)) machine.recall(entry);
      }
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      return wrong(`does not follow from the log: ${error.message}`);
    }
    if (machine.size !== mark.position) return wrong('is of a position that the log does not reach');
    if (!mark.head.equals(machine.head)) return wrong('names another head');
    if (!isSame(text, machine)) return wrong('holds another state than the log leads to');
    proved += 1;
  }
  return { proved };
}

/**
 * Whether a machine is where a snapshot says. In which order a machine that writes several partitions heard its sources is not
 * told by their bases: of one, the entries of maps and sets are compared in any order.
 */
function isSame(text: string, machine: PartitionMachine<unknown>): boolean {
  const reached = machine.snapshot();
  return reached === text || (machine.ends.length > 1 && unordered(reached) === unordered(text));
}

/** The text of a state with the entries of its maps and sets in the order of their keys. */
function unordered(text: string): string {
  const inOrder = (texts: readonly string[]): string => [...texts].sort(compareText).join();
  const textOf = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const fields = Object.entries(value).map(([name, field]): string => {
      if (name === '#set') return `#set:${inOrder((field as unknown[]).map(textOf))}`;
      if (name !== '#map') return `${JSON.stringify(name)}:${textOf(field)}`;
      const flat = field as readonly unknown[];
      const entries = flat.flatMap((key, at) => (at % 2 === 0 ? [`${textOf(key)}=${textOf(flat[at + 1])}`] : []));
      return `#map:${inOrder(entries)}`;
    });
    return `{${fields.join()}}`;
  };
  return textOf(JSON.parse(text));
}

type OwnLog = ServiceLog | ExchangeLog;

/** What a snapshot says of where it was taken. */
interface Written {
  readonly format: string;
  readonly log: string;
  readonly partition: number;
  readonly lanes: readonly { readonly log: string; readonly partition: number; readonly size: number }[];
  readonly basis: readonly (readonly [string, number, number])[];
}
