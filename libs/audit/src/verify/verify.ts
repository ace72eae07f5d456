import {
  correctionText,
  partitionNumbers,
  type Checkpoint,
  type EventCorrection,
  type LogDirectory,
} from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ExchangeLog, type ServiceLog } from '@ballast/facts';
import type { HashesAnswer, HashesTask, PromiseText, RuleAnswer, RuleTask, TaskRunner } from '../tasks/audit-task.js';
import { Meter, type MeteredTask } from '../tasks/meter.js';
import { inTurn } from '../tasks/do-task.js';
import { CheckpointFile } from './checkpoint-file.js';
import type { Fault } from './fault.js';
import { RULES, RULE_NAMES, type RuleGroup } from './rules.js';
import { readStoredCheckpoints } from './stored-checkpoints.js';

export interface VerifyReport {
  /** Events of the four service logs whose hash, chain and order were recomputed. */
  readonly events: number;
  /** The same of the logs of the exchange. */
  readonly exchangeEvents: number;
  /** Signed checkpoints that were held against the logs, stored ones and those of the file. */
  readonly checkpoints: number;
  /** Keys that signed them. */
  readonly signers: readonly string[];
  readonly liquidationsJudged: number;
  /** Events that are read as two persons have said, not as they are stored. */
  readonly corrections: readonly CorrectedEvent[];
  /** What was left out, and why: logs that are not here, rules that need all of every log. */
  readonly leftOut: readonly string[];
  /** The first hundred; none in a sound log. */
  readonly faults: readonly Fault[];
}

/** An event that is read otherwise than it is stored. */
export interface CorrectedEvent extends EventCorrection {
  readonly log: string;
  readonly partition: number;
}

/** The event, what is read in it, and who said so. */
export const correctedText = ({ log, partition, position, ...correction }: CorrectedEvent): string =>
  `${log}/${partition} position ${position}: ${correctionText(correction)}`;

export interface VerifyProgress {
  /** What is read at the moment, for people. */
  readonly what: string;
  /** Of all that will be read and judged, by the work that it is: from 0 to 1. */
  readonly share: number;
}

export interface VerifyOptions {
  /** Text of a file that `ballast checkpoint` made earlier. */
  readonly against?: string | undefined;
  /** Key that signed the checkpoints, or handed over to the one that did; without it any key is believed. */
  readonly key?: string | undefined;
  /** Only this log. */
  readonly log?: string | undefined;
  /** Only this partition of it. */
  readonly partition?: number | undefined;
  /** Only positions from here on, and up to here; what stands before is believed. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  /** Who reads and judges; default: this thread, one part after the other. */
  readonly runner?: TaskRunner | undefined;
}

/** More faults than these say nothing more. */
const MOST_FAULTS = 100;

/**
 * Recomputes hashes, chains, Merkle roots, positions, versions and ids of every log from what is stored, holds them against
 * signed checkpoints, and checks all invariants of architecture section 6. Goes on behind a fault: the first hundred are
 * told, in the order of the checks, whoever is done first.
 * @see CLR-LOG-038, CLR-LOG-064
 */
export async function verify(logs: LogDirectory, options: VerifyOptions = {}): Promise<VerifyReport> {
  const runner = options.runner ?? inTurn({ logs, services: [] });
  const file = options.against === undefined ? undefined : CheckpointFile.parse(options.against, options.key);
  const signers = new Set(file === undefined ? [] : [file.verifierKey]);
  const notes = new Set(file?.notes);
  const leftOut: string[] = [];
  const faults: Fault[] = [];
  const found = (fault: Fault): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
  const isWhole = [options.log, options.partition, options.from, options.to].every((part) => part === undefined);

  const absences = [...missingLogs(logs, leftOut)];
  const parts: LogPart[] = [];
  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
    if (!logs.has(name) || (options.log !== undefined && name !== options.log)) continue;
    parts.push(await partOf(logs, name, file?.checkpoints ?? [], options));
  }
  const hashes = parts.flatMap(({ tasks }) => tasks);
  const rules = RULE_NAMES.filter((rule) => isWhole && RULES[rule].needs.every((name) => logs.has(name)));
  const sizes = new Map(parts.map(({ name, size }) => [name, size]));
  const sizeOf = (names: readonly (ServiceLog | ExchangeLog)[]): number =>
    names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const tasks: readonly MeteredTask<HashesTask | RuleTask>[] = [
    ...hashes.map((each) => ({ ...each, reads: each.weight })),
    ...rules.map((rule) => ({
      task: { kind: 'rule', rule } satisfies RuleTask,
      weight: RULES[rule].weight * sizeOf(RULES[rule].needs),
      reads: sizeOf(RULES[rule].tells),
    })),
  ];
  const meter = new Meter(tasks);
  const tell = (task: HashesTask | RuleTask): void => {
    const what = task.kind === 'hashes' ? `hashes and chains of ${task.log}/${task.partition}` : RULES[task.rule].what;
    options.onProgress?.({ what, share: meter.share });
  };
  const answers = await runner.run<HashesTask | RuleTask>(tasks, {
    onNews: (task, news) => {
      if (!('events' in news)) return;
      meter.read(task, news.events);
      tell(task);
    },
    onAnswer: (task) => meter.ended(task),
  });

  let events = 0;
  let exchangeEvents = 0;
  const corrections: CorrectedEvent[] = [];
  const read = new Map<string, HashesAnswer>();
  absences.forEach(found);
  let at = 0;
  for (const { name, stored, numbers, strangers, promised, tasks: ofLog } of parts) {
    stored.faults.forEach(found);
    stored.signers.forEach((signer) => signers.add(signer));
    stored.notes.forEach((note) => notes.add(note));
    for (const partition of strangers) {
      found({ log: name, partition, position: null, what: 'the log says that it has no such partition' });
    }
    for (const { task } of ofLog) {
      const { partition } = task;
      const answer = answers[at++] as HashesAnswer;
      read.set(`${name}/${partition}`, answer);
      for (const fault of foreignArchives(name, partition, answer.archiveSigners, options.key, stored.signers))
        found(fault);
      answer.archiveSigners.forEach((signer) => signers.add(signer));
      if (answer.size === 0 && options.from !== undefined) {
        leftOut.push(`${name}/${partition}: it ends before position ${options.from}`);
      }
      if (name.startsWith('exchange.')) exchangeEvents += answer.size;
      else events += answer.size;
      answer.faults.forEach(found);
      for (const correction of answer.corrections) corrections.push({ log: name, partition, ...correction });
    }
    for (const partition of promised) {
      if (numbers.includes(partition)) continue;
      found({ log: name, partition, position: null, what: 'a signed checkpoint knows this partition' });
    }
  }

  if (options.key !== undefined && signers.size === 0) {
    leftOut.push(`signatures: nothing is here that ${options.key} could have signed`);
  }
  let liquidationsJudged = 0;
  if (isWhole) for (const fault of cutOff(logs, read)) found(fault);
  else leftOut.push('rules: they are judged over all of every log');
  const altered = faults.length > 0;
  for (const rule of isWhole ? RULE_NAMES : []) {
    const { what, needs }: RuleGroup = RULES[rule];
    const absent = needs.filter((name) => !logs.has(name));
    if (absent.length > 0) {
      leftOut.push(`${what}: ${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not in this database`);
      continue;
    }
    const { fault, unjudged, liquidationsJudged: judged } = answers[at++] as RuleAnswer;
    liquidationsJudged += judged;
    if (fault !== null) found(fault);
    if (unjudged === null) continue;
    // What is altered may be unreadable for the rules; then they have nothing to judge. In a sound log it is our defect.
    if (!altered && !unjudged.isBroken) throw new Error(`${what} can't be judged: ${unjudged.why}`);
    const log = needs[0] as string;
    const why = firstLine(unjudged.why);
    const told = faults.find((each) => each.what === why);
    const because = told === undefined ? `: ${why}` : ` while ${told.log}/${told.partition} can't be read`;
    found({ log, partition: null, position: null, what: `${what} can't be judged${because}` });
  }
  return {
    ...{ events, exchangeEvents, checkpoints: notes.size, signers: [...signers], liquidationsJudged, corrections },
    ...{ leftOut, faults },
  };
}

const firstLine = (text: string): string => text.split('\n', 1)[0] as string;

/** What is known of a log before it is read, and what is to be read of it. */
interface LogPart {
  readonly name: ServiceLog | ExchangeLog;
  readonly size: number;
  readonly stored: Awaited<ReturnType<typeof readStoredCheckpoints>>;
  /** Partitions that it should have. */
  readonly numbers: readonly number[];
  /** Those that it has besides. */
  readonly strangers: readonly number[];
  /** Of which a checkpoint tells, once for each. */
  readonly promised: readonly number[];
  readonly tasks: readonly { readonly task: HashesTask; readonly weight: number }[];
}

async function partOf(
  logs: LogDirectory,
  name: ServiceLog | ExchangeLog,
  checkpoints: readonly Checkpoint[],
  { key, partition: only, from, to }: VerifyOptions,
): Promise<LogPart> {
  const log = logs.log(name);
  const stored = await readStoredCheckpoints(log, key);
  const promised = [...stored.promises, ...promisesFor(name, checkpoints)];
  const numbers = partitionNumbers(log);
  const heads = await log.heads();
  const tasks = numbers
    .filter((partition) => only === undefined || partition === only)
    .map((partition) => ({
      task: {
        ...{ kind: 'hashes' as const, log: name, partition },
        promises: promised.filter((each) => each.partition === partition).map(promiseText),
        ...{ from: from ?? null, to: to ?? null },
      },
      weight: lengthOf(heads.find((head) => head.partition === partition)?.size ?? 0, from, to),
    }));
  return {
    ...{ name, stored, numbers, tasks },
    size: heads.reduce((sum, head) => sum + head.size, 0),
    strangers: heads.map(({ partition }) => partition).filter((partition) => !numbers.includes(partition)),
    promised: promised.map(({ partition }) => partition),
  };
}

/** Positions of a partition that are read. */
const lengthOf = (size: number, from = 1, to = Infinity): number => Math.max(0, Math.min(size, to) - from + 1);

const promiseText = ({
  partition: _,
  root,
  head,
  blockChain,
  subtrees,
  ...numbers
}: Checkpoint['partitions'][number] & { readonly subtrees?: readonly string[] }): PromiseText => ({
  ...numbers,
  root: root.toString('hex'),
  head: head.toString('hex'),
  blockChain: blockChain.toString('hex'),
  subtrees: subtrees ?? null,
});

/** Logs that should be here: those of the services, and of the simulated exchange all or none. */
function* missingLogs(logs: LogDirectory, leftOut: string[]): Generator<Fault> {
  for (const [log, what] of logs.refused) yield { log, partition: null, position: null, what };
  for (const names of [SERVICE_LOGS, EXCHANGE_LOGS]) {
    const absent = names.filter((name) => !logs.has(name) && !logs.refused.has(name));
    if (absent.length === names.length) leftOut.push(`${absent.join(', ')}: not in this database`);
    else for (const log of absent) yield { log, partition: null, position: null, what: 'the log is missing' };
  }
}

const promisesFor = (name: string, checkpoints: readonly Checkpoint[]): readonly Checkpoint['partitions'][number][] =>
  checkpoints.filter(({ log }) => log === name).flatMap(({ partitions }) => partitions);

/** Archived ranges that are signed by a key which is neither the pinned one nor one of the checkpoints that it vouches for. */
function* foreignArchives(
  log: string,
  partition: number,
  signers: readonly string[],
  pinned: string | undefined,
  ofCheckpoints: readonly string[],
): Generator<Fault> {
  if (pinned === undefined) return;
  for (const signer of signers) {
    if (signer === pinned || ofCheckpoints.includes(signer)) continue;
    const what = `an archived range is signed by ${signer}, not by the key that is expected, ${pinned}`;
    yield { log, partition, position: null, what };
  }
}

/** What another partition has applied was there: a log that ends before it was cut, however well it was done. */
function* cutOff(logs: LogDirectory, read: ReadonlyMap<string, HashesAnswer>): Generator<Fault> {
  const furthest = new Map<string, { readonly move: HashesAnswer['applied'][number]; readonly by: string }>();
  for (const [by, { applied }] of read) {
    for (const move of applied) {
      const source = `${move[0]}/${move[1]}`;
      if (move[2] > (furthest.get(source)?.move[2] ?? 0)) furthest.set(source, { move, by });
    }
  }
  for (const [source, { move, by }] of furthest) {
    const [log, partition, position] = move;
    // A partition that its log says it does not have was taken out with all that it held; a log that is not here is another's.
    const size = read.get(source)?.end ?? (logs.has(log) ? 0 : Infinity);
    if (size >= position) continue;
    yield { log, partition, position: size + 1, what: `the log is cut: ${by} has applied it up to ${position}` };
  }
}
