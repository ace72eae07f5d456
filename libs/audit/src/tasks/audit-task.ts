import type { CursorMove, EntryReader, EventCorrection, LogDirectory } from '@ballast/event-log';
import type { PartitionProcess } from '@ballast/event-sourcing';
import type { ExchangeLog, ServiceLog } from '@ballast/facts';
import type { ServiceDefinition } from '@ballast/partition-worker';
import type { Divergence } from '../replay/divergence.js';
import type { Waypoint } from '../replay/waypoint.js';
import type { Fault } from '../verify/fault.js';
import type { RuleName } from '../verify/rules.js';

/*
 * The parts of an audit, each of which needs nothing of another. Tasks and answers are plain JSON: they go to threads and
 * into the file by which an interrupted audit goes on. Hashes are hex.
 */

/** Hashes, chains, order and ids of one partition. */
export interface HashesTask {
  readonly kind: 'hashes';
  readonly log: ServiceLog | ExchangeLog;
  readonly partition: number;
  readonly promises: readonly PromiseText[];
  /** Null: from the first position, to the last. */
  readonly from: number | null;
  readonly to: number | null;
}

/** What a signed checkpoint says of a partition, hashes in hex. */
export interface PromiseText {
  readonly size: number;
  readonly root: string;
  readonly head: string;
  readonly blocks: number;
  readonly blockChain: string;
  readonly subtrees: readonly string[] | null;
}

/** One group of rules over all logs. */
export interface RuleTask {
  readonly kind: 'rule';
  readonly rule: RuleName;
}

/** All snapshots of one partition. */
export interface SnapshotsTask {
  readonly kind: 'snapshots';
  readonly log: ServiceLog | 'exchange.quotes';
  readonly partition: number;
}

/** Decisions of one partition, or of a segment between two of its snapshots. */
export interface ReplayTask {
  readonly kind: 'replay';
  readonly log: ServiceLog;
  readonly partition: number;
  /** Position of the stored snapshot to begin from, a state that an earlier replay reached, or null for the beginning. */
  readonly start: number | Waypoint | null;
  /** Position of the last event that is decided again; null: to the end of the log. */
  readonly upTo: number | null;
  /** Events after which the state that was reached is told, to go on from; null: never. */
  readonly waypointEvery: number | null;
}

export type AuditTask = HashesTask | RuleTask | SnapshotsTask | ReplayTask;

export interface HashesAnswer {
  readonly size: number;
  readonly end: number;
  /** Up to where the partition has applied others. */
  readonly applied: readonly CursorMove[];
  readonly archiveSigners: readonly string[];
  /** Events that are read as two persons have said, not as they are stored. */
  readonly corrections: readonly EventCorrection[];
  readonly faults: readonly Fault[];
}

export interface RuleAnswer {
  readonly fault: Fault | null;
  /** Why nothing could be judged. */
  readonly unjudged: { readonly why: string; readonly isBroken: boolean } | null;
  readonly liquidationsJudged: number;
}

export interface SnapshotsAnswer {
  readonly proved: number;
  readonly foreign: number;
  readonly fault: Fault | null;
}

export interface ReplayAnswer {
  readonly events: number;
  /** Events that were taken as they are read, not decided again: they stand in a block with one that two persons corrected. */
  readonly taken: number;
  readonly marginRuns: number;
  readonly decisions: number;
  readonly divergence: Divergence | null;
  /** SHA-256 of the state at `upTo`; null at the end of the log and behind a divergence. */
  readonly reached: string | null;
  /** Why the snapshot to begin from is none; then nothing was decided. */
  readonly unusable: string | null;
}

export type AnswerOf<Task extends AuditTask> = Task extends HashesTask
  ? HashesAnswer
  : Task extends RuleTask
    ? RuleAnswer
    : Task extends SnapshotsTask
      ? SnapshotsAnswer
      : ReplayAnswer;

/** What is heard of a task before its answer. */
export type TaskNews = { readonly events: number } | { readonly waypoint: Waypoint };

/** What tasks are done with. */
export interface AuditDesk {
  readonly logs: LogDirectory;
  readonly services: readonly ServiceDefinition[];
  /** The process that writes the logs of the exchange, where somebody knows it. */
  readonly exchange?: PartitionProcess<unknown> | undefined;
  readonly reader: EntryReader;
}

/** A task and how much work it is beside the others, in events. */
export interface WeighedTask<Task extends AuditTask> {
  readonly task: Task;
  readonly weight: number;
  /** Tasks of one such name read each other: they are done at the same time where that is worth it. */
  readonly together?: string;
}

export interface RunOptions<Task extends AuditTask> {
  readonly onNews?: (task: Task, news: TaskNews) => void;
  /** Whether nothing behind that task is wanted any more. */
  readonly stops?: (answer: AnswerOf<Task>) => boolean;
  /** Told of each answer, also of one that was known before. */
  readonly onAnswer?: (task: Task, answer: AnswerOf<Task>) => void;
}

/** Does tasks, in whatever order, and answers in theirs; undefined for those behind one that stops. */
export interface TaskRunner {
  run<Task extends AuditTask>(
    tasks: readonly WeighedTask<Task>[],
    options?: RunOptions<Task>,
  ): Promise<readonly (AnswerOf<Task> | undefined)[]>;
}
