import { deflateSync, inflateSync } from 'node:zlib';
import { partitionNumbers, type Block, type LogDirectory } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { canonicalText, sha256 } from '@ballast/kernel';
import type { Waypoint } from '../replay/waypoint.js';
import type { AnswerOf, AuditTask, RunOptions, TaskRunner, WeighedTask } from './audit-task.js';

const FORMAT = 'ballast-audit/v1';

/** A record of progress that this audit can't go on from; the message says why. */
export class ProgressRefused extends Error {
  override readonly name = 'ProgressRefused';
}

/** The last block of a partition: with the chain over blocks it names everything before it. */
interface Bound {
  readonly log: string;
  readonly partition: number;
  readonly firstPosition: number;
  readonly number: number;
  readonly blockChain: string;
}

type Line =
  | { readonly format: string; readonly command: string; readonly build: string }
  | { readonly bounds: readonly Bound[] }
  | { readonly key: string; readonly answer: AnswerOf<AuditTask> }
  | { readonly waypoint: PackedWaypoint };

/** With the text compressed, in base64. */
type PackedWaypoint = Waypoint;

export interface ProgressOptions {
  /** What stands in the record, in order; empty for a new one. */
  readonly lines: readonly string[];
  readonly append: (line: string) => void;
  /** What is done, and by which build: another one may come to another answer. */
  readonly command: string;
  readonly build: string;
}

/**
 * What an audit has found sound so far, line by line, each with its hash: so that one that was broken off goes on, and one of
 * logs that have grown reads what is new. It holds for the logs that it names by the heads of their chains over blocks; what is
 * done to blocks that were read already is found by an audit without it.
 * @see CLR-LOG-065
 */
export class AuditProgress {
  readonly #answers = new Map<string, AnswerOf<AuditTask>>();
  readonly #waypoints = new Map<string, PackedWaypoint>();
  #bounds = new Map<string, Bound>();

  private constructor(private readonly append: (line: string) => void) {}

  /** @throws ProgressRefused when it is damaged, of another audit or another build, or the logs are not those that it knows */
  static async open(logs: LogDirectory, { lines, append, command, build }: ProgressOptions): Promise<AuditProgress> {
    const progress = new AuditProgress((line) => append(line));
    const head = { format: FORMAT, command, build };
    if (lines.length === 0) progress.#write(head);
    for (const [index, text] of lines.entries()) {
      const line = readLine(text);
      if (line === undefined) throw new ProgressRefused(`line ${index + 1} is damaged`);
      if (index > 0) progress.#take(line);
      else if (canonicalText(line) !== canonicalText(head)) {
        throw new ProgressRefused(
          `it is the record of another audit or build than ${command} by ${build.slice(0, 12)}`,
        );
      }
    }
    for (const bound of [...progress.#bounds.values(), ...progress.#waypoints.values()]) await assertThere(logs, bound);
    await progress.#bind(logs);
    return progress;
  }

  reached(log: string, partition: number): Waypoint | undefined {
    const packed = this.#waypoints.get(`${log}/${partition}`);
    return packed && { ...packed, text: inflateSync(Buffer.from(packed.text, 'base64')).toString() };
  }

  tell(waypoint: Waypoint): void {
    const packed = { ...waypoint, text: deflateSync(waypoint.text, { level: 1 }).toString('base64') };
    this.#take({ waypoint: packed });
    this.#write({ waypoint: packed });
  }

  /** Answers what is known, lets another do the rest, and keeps of that what is sound. */
  over(runner: TaskRunner): TaskRunner {
    return {
      run: async <Task extends AuditTask>(tasks: readonly WeighedTask<Task>[], options: RunOptions<Task> = {}) => {
        const answers = new Array<AnswerOf<Task> | undefined>(tasks.length).fill(undefined);
        const open: { readonly index: number; readonly each: WeighedTask<Task> }[] = [];
        for (const [index, each] of tasks.entries()) {
          const known = this.#answers.get(this.#keyOf(each.task)) as AnswerOf<Task> | undefined;
          if (known === undefined) open.push({ index, each });
          else {
            answers[index] = known;
            options.onAnswer?.(each.task, known);
          }
        }
        const onAnswer = (task: Task, answer: AnswerOf<Task>): void => {
          options.onAnswer?.(task, answer);
          if (!isSound(task, answer)) return;
          const line = { key: this.#keyOf(task), answer: answer as AnswerOf<AuditTask> };
          this.#take(line);
          this.#write(line);
        };
        const done = await runner.run(
          open.map(({ each }) => each),
          { ...options, onAnswer },
        );
        for (const [at, { index }] of open.entries()) answers[index] = done[at];
        return answers;
      },
    };
  }

  /** A task and all that its answer follows from. */
  #keyOf(task: AuditTask): string {
    const bounds =
      task.kind === 'hashes' ? [this.#bounds.get(`${task.log}/${task.partition}`) ?? null] : [...this.#bounds.values()];
    return sha256(canonicalText({ task, bounds })).toString('hex');
  }

  async #bind(logs: LogDirectory): Promise<void> {
    const before = canonicalText([...this.#bounds.values()]);
    this.#bounds = new Map();
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      if (!logs.has(name)) continue;
      const log = logs.log(name);
      for (const partition of partitionNumbers(log)) {
        const block = await log.blockBefore(partition, Number.MAX_SAFE_INTEGER);
        if (block !== undefined) this.#bounds.set(`${name}/${partition}`, boundOf(name, block));
      }
    }
    const bounds = [...this.#bounds.values()];
    if (canonicalText(bounds) !== before) this.#write({ bounds });
  }

  #take(line: Line): void {
    if ('key' in line) this.#answers.set(line.key, line.answer);
    if ('waypoint' in line) this.#waypoints.set(`${line.waypoint.log}/${line.waypoint.partition}`, line.waypoint);
    if ('bounds' in line) for (const each of line.bounds) this.#bounds.set(`${each.log}/${each.partition}`, each);
  }

  #write(line: Line): void {
    const text = JSON.stringify(line);
    this.append(`${hashOf(text)} ${text}`);
  }
}

type LogNameOf = Parameters<LogDirectory['log']>[0];

/** Hex digits of the hash before a line. */
const HASH_DIGITS = 16;
const hashOf = (text: string): string => sha256(text).toString('hex').slice(0, HASH_DIGITS);

function readLine(line: string): Line | undefined {
  const text = line.slice(HASH_DIGITS + 1);
  return line === `${hashOf(text)} ${text}` ? (JSON.parse(text) as Line) : undefined;
}

const boundOf = (log: string, { partition, firstPosition, number, blockChain }: Block): Bound => ({
  ...{ log, partition, firstPosition, number },
  blockChain: blockChain.toString('hex'),
});

/** What an audit found sound need not be looked at again; a fault has to be. Snapshots come and go behind a log. */
function isSound(task: AuditTask, answer: AnswerOf<AuditTask>): boolean {
  if (task.kind === 'hashes') return (answer as AnswerOf<typeof task>).faults.length === 0;
  if (task.kind !== 'rule') return false;
  const { fault, unjudged } = answer as AnswerOf<typeof task>;
  return fault === null && unjudged === null;
}

async function assertThere(logs: LogDirectory, { log, partition, firstPosition, number, blockChain }: Bound) {
  if (logs.has(log)) {
    const [block] = await logs.log(log as LogNameOf).blocks(partition, { firstPosition, number: number - 1 }, 1);
    if (block?.number === number && block.blockChain.toString('hex') === blockChain) return;
  }
  throw changed(log, partition, number);
}

const changed = (log: string, partition: number, block: number): ProgressRefused =>
  new ProgressRefused(
    `${log}/${partition} is not the log that it was: block ${block} is missing or another. Look at it without a record of progress`,
  );
