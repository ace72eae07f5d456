import { partitionNumbers, shapeOf, type LogDirectory, type SnapshotMark } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import type { ServiceDefinition } from '@ballast/partition-worker';
import type { ReplayAnswer, ReplayTask, TaskRunner, WeighedTask } from '../tasks/audit-task.js';
import { inTurn, isReadable, sumOf } from '../tasks/do-task.js';
import { partitionMissing, type Divergence } from './divergence.js';
import type { Waypoint } from './waypoint.js';

export interface ReplayReport {
  /** Events of the four service logs that were decided again. */
  readonly events: number;
  /** Events that were taken as they are read, not decided again: they stand in a block with one that two persons corrected. */
  readonly taken: number;
  readonly marginRuns: number;
  /** Account decisions: assessments of accounts in those runs, the quiet ones included. */
  readonly decisions: number;
  readonly durationMs: number;
  readonly divergence: Divergence | undefined;
}

export interface ReplayProgress {
  readonly log: string;
  readonly partition: number;
  readonly events: number;
  readonly totalEvents: number;
}

export interface ReplayOptions {
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
  /** Who decides; default: this thread, one partition after the other. */
  readonly runner?: TaskRunner | undefined;
  /**
   * Cuts partitions where snapshots of them are kept, so that several can be decided at the same time, into segments of so many
   * events at least: each begins with a state to be read and ends with one to be written.
   */
  readonly segmentEvents?: number | undefined;
  /** Only this log, and of it only this partition and these positions. */
  readonly log?: string | undefined;
  readonly partition?: number | undefined;
  /** Begins at the newest snapshot before this position; the state in it is believed. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Where an earlier replay of these logs came to, and who is told how far this one is. */
  readonly waypoints?: {
    readonly every: number;
    readonly reached: (log: string, partition: number) => Waypoint | undefined;
    readonly tell: (waypoint: Waypoint) => void;
  };
}

/** A partition that is decided again in one piece or in several, each from the snapshot where the one before ends. */
interface Plan {
  readonly log: ServiceLog;
  readonly partition: number;
  readonly size: number;
  /** None of a partition that is missing in the log. */
  readonly segments: readonly ReplayTask[];
  /** Digest of the snapshot that a segment begins with, hex; of the first one none is asked. */
  readonly seams: readonly (string | null)[];
}

/**
 * Re-decides every event of all four logs from its recorded cause, and with it every assessment of every run. Stops
 * at the first divergence, in the order of logs, partitions and positions, whoever finds what first: a segment counts
 * only when the one before reached the very state that it began with, and is decided again from before if not.
 * @param now milliseconds, for the report only
 * @see CLR-LOG-031, CLR-LOG-064
 */
export async function replay(
  logs: LogDirectory,
  services: readonly ServiceDefinition[],
  now: () => number,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const started = now();
  const runner = options.runner ?? inTurn({ logs, services });
  const plans: Plan[] = [];
  for (const service of services) {
    if (options.log !== undefined && options.log !== service.log) continue;
    plans.push(...(await plansOf(logs, service, options)));
  }
  const totalEvents = plans.reduce((sum, { size }) => sum + size, 0);
  let seen = 0;
  const run = (tasks: readonly WeighedTask<ReplayTask>[]) =>
    runner.run(tasks, {
      stops: ({ divergence }: ReplayAnswer) => divergence !== null,
      onNews: ({ log, partition }, news) => {
        if ('waypoint' in news) return options.waypoints?.tell(news.waypoint);
        seen += news.events;
        options.onProgress?.({ log, partition, events: seen, totalEvents });
      },
    });
  const tasks = plans.flatMap(({ segments }) => segments.map(weighed));
  const answers = new Map<ReplayTask, ReplayAnswer>();
  for (const [index, answer] of (await run(tasks)).entries()) {
    if (answer !== undefined) answers.set((tasks[index] as WeighedTask<ReplayTask>).task, answer);
  }
  const answerTo = async (task: ReplayTask): Promise<ReplayAnswer> =>
    answers.get(task) ?? ((await run([weighed(task, 0)]))[0] as ReplayAnswer);

  let total = { events: 0, taken: 0, marginRuns: 0, decisions: 0 };
  for (const plan of plans) {
    const { divergence, ...counts } = await verdictOf(plan, answerTo);
    total = sumOf(total, counts);
    if (divergence !== null) return { ...total, durationMs: sinceStart(started, now), divergence };
  }
  return { ...total, durationMs: sinceStart(started, now), divergence: undefined };
}

const sinceStart = (started: number, now: () => number): number => Math.max(1, Math.round(now() - started));

/**
 * With those of the same partition number of the other logs, in the same segment: what one of them writes the others read. The
 * global partitions read those of all numbers, and each other.
 */
const weighed = (task: ReplayTask, segment: number): WeighedTask<ReplayTask> => {
  const from = typeof task.start === 'number' ? task.start : (task.start?.position ?? 0);
  const weight = (task.upTo ?? Number.MAX_SAFE_INTEGER) - from;
  return { task, weight, together: `${task.partition}/${segment}` };
};

async function plansOf(logs: LogDirectory, service: ServiceDefinition, options: ReplayOptions): Promise<Plan[]> {
  const { log } = service;
  const heads = await logs.log(log).heads();
  const plans: Plan[] = [];
  for (const partition of partitionNumbers(shapeOf(log, logs.partitions))) {
    if (options.partition !== undefined && options.partition !== partition) continue;
    const process = partition === GLOBAL ? service.global : service.numbered;
    const size = heads.find((head) => head.partition === partition)?.size;
    if (process === undefined) continue;
    if (size === undefined) {
      plans.push({ log, partition, size: 0, segments: [], seams: [] });
      continue;
    }
    const waypoint = options.waypoints?.reached(log, partition);
    const wantsMarks = options.segmentEvents !== undefined || options.from !== undefined;
    const marks = wantsMarks ? await logs.snapshots.marks(log, partition) : [];
    const seams: SnapshotMark[] = [];
    for (const mark of [...marks].sort((a, b) => a.position - b.position)) {
      if (!isReadable(process, partition, mark) || mark.position > Math.min(size, options.to ?? Infinity)) continue;
      // What was written down inside an item is no end of one: more may follow from the same inputs.
      const block = await logs.log(log).blockBefore(partition, mark.position + 1);
      if (block?.lastPosition === mark.position && mark.position > (waypoint?.position ?? 0)) seams.push(mark);
    }
    plans.push(planOf({ log, partition, size, seams, waypoint, options }));
  }
  return plans;
}

function planOf({
  log,
  partition,
  size,
  seams: marks,
  waypoint,
  options: { from, to, segmentEvents, waypoints },
}: Pick<Plan, 'log' | 'partition' | 'size'> & {
  readonly seams: readonly SnapshotMark[];
  readonly waypoint: Waypoint | undefined;
  readonly options: ReplayOptions;
}): Plan {
  const believed = from === undefined ? undefined : marks.findLast(({ position }) => position < from);
  const begin = believed?.position ?? waypoint?.position ?? 0;
  const end = Math.min(size, to ?? Infinity);
  const inside = segmentEvents === undefined ? [] : apart(marks, begin, end, segmentEvents);
  const starts = [believed?.position ?? waypoint ?? null, ...inside.map(({ position }) => position)];
  return {
    ...{ log, partition },
    size: end - begin,
    segments: starts.map((start, index) => ({
      ...{ kind: 'replay', log, partition, start },
      upTo: inside[index]?.position ?? to ?? null,
      // A later segment counts only when all before it do.
      waypointEvery: index === 0 ? (waypoints?.every ?? null) : null,
    })),
    seams: [null, ...inside.map(({ digest }) => digest.toString('hex'))],
  };
}

/** The marks, oldest first, that stand at least so many events behind the one before and before the end. */
function apart(marks: readonly SnapshotMark[], begin: number, end: number, least: number): readonly SnapshotMark[] {
  const found: SnapshotMark[] = [];
  for (const mark of marks) {
    const { position } = mark;
    if (position - (found.at(-1)?.position ?? begin) >= least && end - position >= least) found.push(mark);
  }
  return found;
}

type Verdict = Pick<ReplayAnswer, 'events' | 'taken' | 'marginRuns' | 'decisions' | 'divergence'>;

/** Puts the segments of a partition together; where one did not begin with what the one before reached, both are decided in one. */
async function verdictOf(
  { log, partition, segments, seams }: Plan,
  answerTo: (task: ReplayTask) => Promise<ReplayAnswer>,
): Promise<Verdict> {
  let total: Verdict = { events: 0, taken: 0, marginRuns: 0, decisions: 0, divergence: null };
  let [task, ...rest] = segments;
  if (task === undefined) return { ...total, divergence: partitionMissing(log, partition) };
  let seam = 0;
  for (;;) {
    const answer = await answerTo(task);
    if (answer.unusable !== null) {
      // Believed, but not there: everything from the beginning.
      task = { ...task, start: null };
      continue;
    }
    const [next] = rest;
    seam += 1;
    if (next !== undefined && answer.divergence === null) {
      const isSame = answer.reached === seams[seam] && (await answerTo(next)).unusable === null;
      if (!isSame) {
        task = { ...task, upTo: next.upTo };
        rest = rest.slice(1);
        continue;
      }
    }
    total = { ...sumOf(total, answer), divergence: answer.divergence };
    if (answer.divergence !== null || next === undefined) return total;
    task = next;
    rest = rest.slice(1);
  }
}
