import { ArchiveRefused, verifyPartition, type SnapshotMark } from '@ballast/event-log';
import { snapshotFormat, type PartitionProcess } from '@ballast/event-sourcing';
import { InvariantViolation, invariant, sha256 } from '@ballast/kernel';
import { snapshotText } from '@ballast/partition-worker';
import { PageCache } from '../page-cache.js';
import { Pace } from '../replay/pace.js';
import { replayPartition } from '../replay/replay-partition.js';
import type { Waypoint } from '../replay/waypoint.js';
import { RULES, type RuleGroup } from '../verify/rules.js';
import { processOf, snapshotsOfPartition } from '../verify/verify-snapshots.js';
import type {
  AnswerOf,
  AuditDesk,
  AuditTask,
  HashesAnswer,
  HashesTask,
  PromiseText,
  ReplayAnswer,
  ReplayTask,
  RuleAnswer,
  RuleTask,
  RunOptions,
  TaskNews,
  TaskRunner,
  WeighedTask,
} from './audit-task.js';

type Tell = (news: TaskNews) => void;

/** Does tasks one after the other in this thread, and those together that are to be done so. */
export function inTurn(desk: Omit<AuditDesk, 'reader'>): TaskRunner {
  const whole: AuditDesk = { ...desk, reader: new PageCache(desk.logs) };
  return {
    async run<Task extends AuditTask>(tasks: readonly WeighedTask<Task>[], options: RunOptions<Task> = {}) {
      const answers = new Array<AnswerOf<Task> | undefined>(tasks.length).fill(undefined);
      let last = Infinity;
      for (const { members } of groupsOf(tasks)) {
        const wanted = members.filter(({ index }) => index <= last);
        const inHand = wanted.map(({ task }) => task);
        const found = await doTogether(whole, inHand, (at, news) => options.onNews?.(inHand[at] as Task, news));
        for (const [at, answer] of found.entries()) {
          const { index, task } = wanted[at] as (typeof wanted)[number];
          answers[index] = answer;
          options.onAnswer?.(task, answer);
          if (options.stops?.(answer) === true) last = Math.min(last, index);
        }
      }
      return answers.map((answer, index) => (index > last ? undefined : answer));
    },
  };
}

/** Tasks that are done at the same time, with their places among all. */
interface TaskGroup<Task extends AuditTask> {
  readonly members: readonly { readonly index: number; readonly task: Task }[];
  readonly weight: number;
}

/** In the order of their first tasks. */
export function groupsOf<Task extends AuditTask>(tasks: readonly WeighedTask<Task>[]): readonly TaskGroup<Task>[] {
  const groups = new Map<string | number, TaskGroup<Task>>();
  for (const [index, { task, weight, together }] of tasks.entries()) {
    const key = together ?? index;
    const group = groups.get(key) ?? { members: [], weight: 0 };
    groups.set(key, { members: [...group.members, { index, task }], weight: group.weight + weight });
  }
  return [...groups.values()];
}

/**
 * Does tasks at the same time, and ends when all of them have ended.
 * @param tell told which of them has news
 * @throws ArchiveRefused when an archive that a replay needs can't be read
 */
export async function doTogether<Task extends AuditTask>(
  desk: AuditDesk,
  tasks: readonly Task[],
  tell: (index: number, news: TaskNews) => void,
): Promise<readonly AnswerOf<Task>[]> {
  const pace = new Pace(tasks.length);
  const done = await Promise.allSettled(
    tasks.map(async (task, index) => {
      try {
        return (await answerTo(desk, task, (news) => tell(index, news), pace)) as AnswerOf<Task>;
      } finally {
        pace.leave();
      }
    }),
  );
  return done.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

function answerTo(desk: AuditDesk, task: AuditTask, tell: Tell, pace: Pace): Promise<AnswerOf<AuditTask>> {
  switch (task.kind) {
    case 'hashes':
      return hashes(desk, task, tell);
    case 'rule':
      return rule(desk, task, tell);
    case 'snapshots':
      return snapshotsOfPartition(desk, task, (events) => tell({ events }));
    case 'replay':
      return replayed(desk, task, tell, pace);
  }
}

async function hashes(
  { logs }: AuditDesk,
  { log, partition, promises, from, to }: HashesTask,
  tell: Tell,
): Promise<HashesAnswer> {
  const verdict = await verifyPartition(logs.log(log), partition, {
    promises: promises.map(promiseOf),
    ...(from !== null && { from }),
    ...(to !== null && { to }),
    onProgress: (events) => tell({ events }),
  });
  return {
    size: verdict.size,
    end: verdict.end,
    applied: verdict.cursors.map((cursor) => [cursor.log, cursor.partition, cursor.position]),
    archiveSigners: verdict.archiveSigners,
    corrections: verdict.corrections,
    faults: verdict.faults.map(({ part, position, what }) => ({
      ...{ log: part === 'command' ? `${log}.commands` : log, partition, position, what },
    })),
  };
}

const promiseOf = ({ root, head, blockChain, subtrees, ...numbers }: PromiseText) => ({
  ...numbers,
  root: Buffer.from(root, 'hex'),
  head: Buffer.from(head, 'hex'),
  blockChain: Buffer.from(blockChain, 'hex'),
  ...(subtrees !== null && { subtrees }),
});

/**
 * A rule reads whole logs, one partition after the other: what one has read of a global log that is longer than the cache is gone when the
 * next begins, so a large one would only fill the memory.
 */
const RULE_SHARE = 8;

async function rule({ logs }: AuditDesk, task: RuleTask, tell: Tell): Promise<RuleAnswer> {
  const { check }: RuleGroup = RULES[task.rule];
  let liquidationsJudged = 0;
  try {
    const fault = await check(
      logs,
      new PageCache(logs, RULE_SHARE),
      (events) => tell({ events }),
      (count) => (liquidationsJudged += count),
    );
    return { fault: fault ?? null, unjudged: null, liquidationsJudged };
  } catch (error) {
    const isBroken = error instanceof InvariantViolation;
    // A defect of ours is told as one, with its trace, by whoever knows that the logs are sound.
    const why = isBroken || error instanceof ArchiveRefused ? error.message : ((error as Error).stack ?? String(error));
    return { fault: null, unjudged: { why, isBroken }, liquidationsJudged };
  }
}

async function replayed(desk: AuditDesk, task: ReplayTask, tell: Tell, pace: Pace): Promise<ReplayAnswer> {
  const { logs, reader } = desk;
  const { log, partition, start, upTo, waypointEvery } = task;
  const process = processOf(desk, log, partition);
  invariant(process !== undefined, `no process decides ${log}/${partition}`);
  const snapshot = typeof start === 'number' ? await textOf(desk, process, task, start) : start?.text;
  if (typeof snapshot === 'object') {
    return { events: 0, taken: 0, marginRuns: 0, decisions: 0, divergence: null, reached: null, ...snapshot };
  }
  const before =
    typeof start === 'number' || start === null ? { events: 0, taken: 0, marginRuns: 0, decisions: 0 } : start;
  let reached: string | null = null;
  const told = (waypoint: Waypoint): void => {
    if (waypoint.position === upTo) reached = sha256(waypoint.text).toString('hex');
    if (waypointEvery !== null) tell({ waypoint: { ...waypoint, ...sumOf(before, waypoint) } });
  };
  const report = await replayPartition(process, logs.log(log), partition, logs.partitions, reader, {
    snapshot,
    upTo: upTo ?? Infinity,
    pace,
    onProgress: (events) => tell({ events }),
    waypoints: waypointEvery === null && upTo === null ? undefined : { every: waypointEvery ?? Infinity, tell: told },
  });
  const divergence = report.divergence ?? null;
  return { ...sumOf(before, report), divergence, reached: divergence === null ? reached : null, unusable: null };
}

type Counts = Pick<ReplayAnswer, 'events' | 'taken' | 'marginRuns' | 'decisions'>;

export const sumOf = (a: Counts, b: Counts): Counts => ({
  events: a.events + b.events,
  taken: a.taken + b.taken,
  marginRuns: a.marginRuns + b.marginRuns,
  decisions: a.decisions + b.decisions,
});

async function textOf(
  { logs }: AuditDesk,
  process: PartitionProcess<unknown>,
  { log, partition }: ReplayTask,
  position: number,
): Promise<string | { readonly unusable: string }> {
  try {
    const stored = await logs.snapshots.read(log, partition, position);
    if (stored === undefined) return { unusable: 'it is no longer there' };
    if (!isReadable(process, partition, stored)) return { unusable: `it has format ${stored.format}` };
    return await snapshotText(stored);
  } catch (error) {
    return { unusable: (error as Error).message };
  }
}

/** Whether this release goes on from a snapshot: what was written at rest holds more than the log up to its position. */
export const isReadable = (process: PartitionProcess<unknown>, partition: number, mark: SnapshotMark): boolean =>
  mark.format === snapshotFormat(process, partition) && !mark.resting;
