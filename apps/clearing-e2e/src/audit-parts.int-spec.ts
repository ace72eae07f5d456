import {
  AuditProgress,
  inTurn,
  replay,
  verify,
  type AnswerOf,
  type AuditTask,
  type RunOptions,
  type TaskRunner,
  type WeighedTask,
} from '@ballast/audit';
import { MemoryLogStore, type EventLog, type LogDirectory, type StoredSnapshot } from '@ballast/event-log';
import { GLOBAL, snapshotFormat } from '@ballast/event-sourcing';
import { SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { packedText } from '@ballast/partition-worker';
import { SERVICES, Simulation } from '@ballast/services';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun } from './clearing-run.js';
import { drawsOf, seedFrom } from './draws.js';
import { forgedCopy } from './rewrite-history.js';

const LONGEST_MS = 240_000;
/** Snapshots of a partition that are kept: all of them. */
const KEEP = 1_000;
const BUILD = 'b'.repeat(64);
const seed = seedFrom('AUDIT_SEED');

/** Threads that are done in any order: each task by itself, in an order drawn anew. */
function anyOrder(logs: LogDirectory): TaskRunner {
  const draw = drawsOf(seed);
  return {
    async run<Task extends AuditTask>(tasks: readonly WeighedTask<Task>[], options: RunOptions<Task> = {}) {
      const answers = new Array<AnswerOf<Task> | undefined>(tasks.length).fill(undefined);
      const waiting = [...tasks.entries()].map((each) => ({ each, key: draw() })).sort((a, b) => a.key - b.key);
      let last = Infinity;
      for (const { each } of waiting) {
        const [index, task] = each;
        if (index > last) continue;
        const [answer] = await inTurn({ logs, services: SERVICES }).run([task], { ...options, stops: () => false });
        answers[index] = answer;
        if (answer !== undefined && options.stops?.(answer) === true) last = Math.min(last, index);
      }
      return answers.map((answer, index) => (index > last ? undefined : answer));
    },
  };
}

type Waypoint = Parameters<AuditProgress['tell']>[0];

const noClock = (): number => 0;
const inOne = (logs: LogDirectory) => replay(logs, SERVICES, noClock);
const inSegments = (logs: LogDirectory) =>
  replay(logs, SERVICES, noClock, { runner: anyOrder(logs), segmentEvents: 1 });

let logs: LogDirectory;
/** Of margin/0, in order. */
let seams: readonly StoredSnapshot[];

beforeAll(async () => {
  const run = await openRun(new MemoryLogStore(), { ...SHORT_WINDOW, partitions: 2 });
  const simulation = await Simulation.open(run);
  while (!simulation.done) await simulation.step();
  logs = run.house.logs;
  // Far more snapshots than a run would write that ends after a second: one every 25 events.
  const waypoints: Waypoint[] = [];
  await replay(logs, SERVICES, noClock, {
    waypoints: { every: 25, reached: () => undefined, tell: (waypoint) => void waypoints.push(waypoint) },
  });
  for (const waypoint of waypoints) await logs.snapshots.save(await snapshotOf(waypoint), KEEP);
  seams = (await snapshotsOf(logs)).filter(({ log, partition }) => log === 'margin' && partition === 0);
  expect(seams.length).toBeGreaterThan(3);
}, LONGEST_MS);

async function snapshotOf({ log, partition, position, text }: Waypoint): Promise<StoredSnapshot> {
  const [event] = await logs.log(log as ServiceLog).read(partition, position - 1, 1);
  const service = SERVICES.find((each) => each.log === log);
  const process = partition === GLOBAL ? service?.global : service?.numbered;
  if (event === undefined || process === undefined)
    throw new Error(`nothing stands at ${log}/${partition}#${position}`);
  return {
    ...{ log, partition, position, head: event.chain, resting: false, format: snapshotFormat(process, partition) },
    ...{ release: 'ballast@0.0.0', build: BUILD, ...(await packedText(text)) },
  };
}

async function snapshotsOf(of: LogDirectory): Promise<readonly StoredSnapshot[]> {
  const found: StoredSnapshot[] = [];
  for (const name of SERVICE_LOGS) {
    for (const { partition } of await of.log(name).heads()) {
      for (const { position } of (await of.snapshots.marks(name, partition)).toReversed()) {
        const snapshot = await of.snapshots.read(name, partition, position);
        if (snapshot !== undefined) found.push(snapshot);
      }
    }
  }
  return found;
}

describe('a replay in segments [CLR-LOG-064]', () => {
  it(
    'says of a sound log what one in order says, and does begin at its snapshots',
    async () => {
      const starts = new Set<unknown>();
      const runner = anyOrder(logs);
      const watched: TaskRunner = {
        run: (tasks, options) => {
          for (const { task } of tasks) if (task.kind === 'replay') starts.add(task.start);
          return runner.run(tasks, options);
        },
      };
      const report = await replay(logs, SERVICES, noClock, { runner: watched, segmentEvents: 1 });
      expect(report).toEqual(await inOne(logs));
      expect(report.divergence).toBeUndefined();
      expect([...starts].filter((start) => typeof start === 'number').length).toBeGreaterThan(4);
    },
    LONGEST_MS,
  );

  it.each([
    { where: 'at the beginning', position: () => 3 },
    { where: 'before a seam', position: ([, seam]: readonly StoredSnapshot[]) => (seam?.position ?? 0) - 1 },
    { where: 'at a seam', position: ([, seam]: readonly StoredSnapshot[]) => seam?.position ?? 0 },
    { where: 'behind a seam', position: ([, seam]: readonly StoredSnapshot[]) => (seam?.position ?? 0) + 1 },
    { where: 'behind the last seam', position: (all: readonly StoredSnapshot[]) => (all.at(-1)?.position ?? 0) + 1 },
  ])(
    'names the same first difference $where, in a history whose hashes were computed again, snapshots of the true one beside it',
    async ({ position }) => {
      const { size = 0 } = (await logs.log('margin').heads()).find(({ partition }) => partition === 0) ?? {};
      const forgery = { log: 'margin', partition: 0, position: Math.min(position(seams), size) } as const;
      const payload = (stored: unknown): unknown => ({ ...(stored as object), forged: 'yes' });
      const copy = await forgedCopy(logs, { ...forgery, payload });
      for (const snapshot of await snapshotsOf(logs)) await copy.snapshots.save(snapshot, KEEP);
      const report = await inSegments(copy);
      expect(report).toEqual(await inOne(copy));
      expect(report.divergence).toMatchObject({ ...forgery, field: 'payload.forged' });
    },
    LONGEST_MS,
  );

  it(
    'is not led astray by snapshots that lie: of another partition, of another state, damaged',
    async () => {
      const copy = await forgedCopy(logs, { log: 'margin', partition: 0, position: 0, payload: (stored) => stored });
      const [first, second, third] = seams as [StoredSnapshot, StoredSnapshot, StoredSnapshot];
      const { position, head } = first;
      await copy.snapshots.save({ ...second, position, head }, KEEP);
      await copy.snapshots.save({ ...second, content: Buffer.alloc(9) }, KEEP);
      await copy.snapshots.save({ ...third, digest: Buffer.alloc(32) }, KEEP);
      expect(await inSegments(copy)).toEqual(await inOne(logs));
    },
    LONGEST_MS,
  );

  it(
    'of a part begins at the newest snapshot before it and ends where it is told',
    async () => {
      const [first, second] = seams as [StoredSnapshot, StoredSnapshot];
      const part = { log: 'margin', partition: 0, from: second.position, to: second.position };
      const report = await replay(logs, SERVICES, noClock, part);
      expect(report).toMatchObject({ divergence: undefined, events: second.position - first.position });
    },
    LONGEST_MS,
  );
});

describe('a verification in parts [CLR-LOG-064]', () => {
  it(
    'has the same report whoever is done first, of a sound log and of a broken one',
    async () => {
      expect(await verify(logs, { runner: anyOrder(logs) })).toEqual(await verify(logs));
      const broken = withOtherTexts(logs);
      const report = await verify(broken, { runner: anyOrder(broken) });
      expect(report.faults.length).toBeGreaterThan(2);
      expect(report).toEqual(await verify(broken));
    },
    LONGEST_MS,
  );
});

/** Some events of every log with another amount of time in their text. */
function withOtherTexts(of: LogDirectory): LogDirectory {
  const changed = (log: EventLog): EventLog =>
    new Proxy(log, {
      get(target, name) {
        if (name === 'blocks') {
          return async (...args: Parameters<EventLog['blocks']>) =>
            (await target.blocks(...args)).map((block) =>
              block.number % 9 === 3
                ? { ...block, entriesText: block.entriesText.replace('"hop":', '"hop": ') }
                : block,
            );
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  return new Proxy(of, {
    get(target, name) {
      if (name === 'log') return (log: Parameters<LogDirectory['log']>[0]) => changed(target.log(log));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('a record of progress [CLR-LOG-065]', () => {
  const open = (lines: string[], of = logs, build = BUILD) =>
    AuditProgress.open(of, { lines: [...lines], append: (line) => lines.push(line), command: 'audit', build });

  /** Does so many tasks, then breaks off. */
  const breakingOff = (after: number, done: AuditTask[]): TaskRunner => ({
    async run<Task extends AuditTask>(tasks: readonly WeighedTask<Task>[], options: RunOptions<Task> = {}) {
      const onAnswer = (task: Task, answer: AnswerOf<Task>): void => {
        options.onAnswer?.(task, answer);
        done.push(task);
        if (done.length >= after) throw new Error('broken off');
      };
      return inTurn({ logs, services: SERVICES }).run(tasks, { ...options, onAnswer });
    },
  });

  it(
    'lets a verification go on, which does nothing twice and says the same',
    async () => {
      const lines: string[] = [];
      const before: AuditTask[] = [];
      const broken = (await open(lines)).over(breakingOff(5, before));
      await expect(verify(logs, { runner: broken })).rejects.toThrow('broken off');
      const after: AuditTask[] = [];
      const runner = (await open(lines)).over(breakingOff(Infinity, after));
      expect(await verify(logs, { runner })).toEqual(await verify(logs));
      for (const task of before) expect(after).not.toContainEqual(task);
      const again: AuditTask[] = [];
      await verify(logs, { runner: (await open(lines)).over(breakingOff(Infinity, again)) });
      expect(again).toEqual([]);
    },
    LONGEST_MS,
  );

  const replayed = async (lines: string[], breaksAfter = Infinity) => {
    const progress = await open(lines);
    let decided = 0;
    let told = 0;
    const report = await replay(logs, SERVICES, noClock, {
      onProgress: ({ events }) => (decided = events),
      waypoints: {
        every: 20,
        reached: (log, partition) => progress.reached(log, partition),
        tell: (waypoint) => {
          progress.tell(waypoint);
          if (++told >= breaksAfter) throw new Error('broken off');
        },
      },
    });
    return { report, decided };
  };

  it(
    'lets a replay go on in the middle of a partition, which says the same and decides less',
    async () => {
      const lines: string[] = [];
      await expect(replayed(lines, 10)).rejects.toThrow('broken off');
      const whole = await inOne(logs);
      const { report, decided } = await replayed(lines);
      expect(report).toEqual(whole);
      expect(decided).toBeGreaterThan(0);
      expect(decided).toBeLessThan(whole.events - 100);
      expect(await replayed(lines)).toEqual({ report: whole, decided: 0 });
    },
    LONGEST_MS,
  );

  it(
    'refuses logs that are not those that it knows, another build, and what was changed in it',
    async () => {
      const lines: string[] = [];
      await verify(logs, { runner: (await open(lines)).over(inTurn({ logs, services: [] })) });
      await replayed(lines);
      const payload = (stored: unknown): unknown => ({ ...(stored as object), forged: 'yes' });
      const other = await forgedCopy(logs, { log: 'margin', partition: 0, position: 30, payload });
      await expect(open(lines, other)).rejects.toThrow(/^\w+\/-?\d+ is not the log that it was: block \d+/);
      await expect(open(lines, logs, 'c'.repeat(64))).rejects.toThrow('another audit or build');
      const changed = lines.map((line, index) => (index === 4 ? line.replace(/\d(?=\D*$)/, 'x') : line));
      await expect(open(changed)).rejects.toThrow('line 5 is damaged');
    },
    LONGEST_MS,
  );
});
