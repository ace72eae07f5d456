import {
  partitionNumbers,
  verifyPartition,
  type Checkpoint,
  type LogDirectory,
  type PartitionVerdict,
} from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ExchangeLog, type ServiceLog } from '@ballast/facts';
import { InvariantViolation } from '@ballast/kernel';
import { PageCache } from '../page-cache.js';
import { CheckpointFile } from './checkpoint-file.js';
import type { Fault } from './fault.js';
import { readStoredCheckpoints } from './stored-checkpoints.js';
import { verifyConservation } from './verify-conservation.js';
import { verifyLiquidation } from './verify-liquidation.js';
import { verifyNoSurprise } from './verify-no-surprise.js';
import { verifyOutcomes } from './verify-outcomes.js';
import { verifyPricing } from './verify-pricing.js';
import { verifyRules } from './verify-rules.js';

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
  /** What was left out, and why: logs that are not here, rules that need all of every log. */
  readonly leftOut: readonly string[];
  /** The first hundred; none in a sound log. */
  readonly faults: readonly Fault[];
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
  readonly onProgress?: (what: string) => void;
}

/** More faults than these say nothing more. */
const MOST_FAULTS = 100;

/**
 * Recomputes hashes, chains, Merkle roots, positions, versions and ids of every log from what is stored, holds them against
 * signed checkpoints, and checks all invariants of architecture section 6. Goes on behind a fault: the first hundred are
 * told, in the order of the checks.
 */
export async function verify(logs: LogDirectory, options: VerifyOptions = {}): Promise<VerifyReport> {
  const progress = options.onProgress ?? (() => undefined);
  const file = options.against === undefined ? undefined : CheckpointFile.parse(options.against, options.key);
  const signers = new Set(file === undefined ? [] : [file.verifierKey]);
  const faults: Fault[] = [];
  const found = (fault: Fault): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
  let events = 0;
  let exchangeEvents = 0;
  let liquidationsJudged = 0;
  const notes = new Set(file?.notes);
  const leftOut: string[] = [];

  const read = new Map<string, PartitionVerdict>();
  for (const fault of missingLogs(logs, leftOut)) found(fault);
  const wanted = [...SERVICE_LOGS, ...EXCHANGE_LOGS].filter(
    (name) => options.log === undefined || name === options.log,
  );
  for (const name of wanted) {
    if (!logs.has(name)) continue;
    const log = logs.log(name);
    const stored = await readStoredCheckpoints(log, options.key);
    stored.faults.forEach(found);
    stored.signers.forEach((signer) => signers.add(signer));
    stored.notes.forEach((note) => notes.add(note));
    const promised = [...stored.promises, ...promisesFor(name, file?.checkpoints ?? [])];
    const numbers = partitionNumbers(log);
    for (const { partition } of await log.heads()) {
      if (numbers.includes(partition)) continue;
      found({ log: name, partition, position: null, what: 'the log says that it has no such partition' });
    }
    for (const partition of numbers) {
      if (options.partition !== undefined && partition !== options.partition) continue;
      const seen = events + exchangeEvents;
      let count = 0;
      const verdict = await verifyPartition(log, partition, {
        promises: promised.filter((each) => each.partition === partition),
        most: MOST_FAULTS - faults.length,
        ...(options.from !== undefined && { from: options.from }),
        ...(options.to !== undefined && { to: options.to }),
        onProgress: (more) => {
          count += more;
          progress(`hashes and chains of ${name}/${partition}, ${seen + count} events`);
        },
      });
      read.set(`${name}/${partition}`, verdict);
      for (const fault of foreignArchives(name, partition, verdict.archiveSigners, options.key, stored.signers))
        found(fault);
      verdict.archiveSigners.forEach((signer) => signers.add(signer));
      if (verdict.size === 0 && options.from !== undefined) {
        leftOut.push(`${name}/${partition}: it ends before position ${options.from}`);
      }
      if (name.startsWith('exchange.')) exchangeEvents += verdict.size;
      else events += verdict.size;
      for (const { part, position, what } of verdict.faults) {
        found({ log: part === 'command' ? `${name}.commands` : name, partition, position, what });
      }
    }
    for (const { partition } of promised) {
      if (!numbers.includes(partition)) {
        found({ log: name, partition, position: null, what: 'a signed checkpoint knows this partition' });
      }
    }
  }
  const isWhole = [options.log, options.partition, options.from, options.to].every((part) => part === undefined);
  const report = (): VerifyReport => ({
    ...{ events, exchangeEvents, checkpoints: notes.size, signers: [...signers], liquidationsJudged, leftOut, faults },
  });
  if (!isWhole) {
    leftOut.push('rules: they are judged over all of every log');
    return report();
  }
  for (const fault of cutOff(read)) found(fault);

  const altered = faults.length > 0;
  /** What is altered may be unreadable for the rules; then they have nothing to judge. */
  const judged = async (
    what: string,
    needed: readonly (ServiceLog | ExchangeLog)[],
    check: () => Promise<Fault | undefined>,
  ): Promise<void> => {
    const absent = needed.filter((name) => !logs.has(name));
    if (absent.length > 0) {
      leftOut.push(`${what}: ${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not in this database`);
      return;
    }
    try {
      const fault = await check();
      if (fault !== undefined) found(fault);
    } catch (error) {
      if (!altered && !(error instanceof InvariantViolation)) throw error;
      found({
        ...{ log: needed[0] as string, partition: null, position: null },
        what: `${what} can't be judged: ${(error as Error).message}`,
      });
    }
  };
  await judged('the rules that partitions begin with', SERVICE_LOGS, () => verifyRules(logs));
  const reader = new PageCache(logs);
  let seen = 0;
  const counted = (what: string) => (count: number) => {
    seen += count;
    if (seen % 1_000 < count) progress(`${what}, ${seen} events`);
  };
  await judged('money and positions', ['accounts', 'margin', 'liquidation', 'pricing', ...EXCHANGE_LOGS], () =>
    verifyConservation(logs, reader, counted('money and positions')),
  );
  await judged('the index of ids', ['accounts'], () => verifyOutcomes(logs, counted('the index of ids')));
  await judged('cases', ['liquidation', 'accounts'], () => verifyLiquidation(logs, counted('liquidations')));
  await judged('published figures', ['pricing'], () => verifyPricing(logs, counted('published figures')));
  progress('no surprise at any liquidation');
  await judged('entries into liquidation', ['margin', 'pricing'], () =>
    verifyNoSurprise(logs, (count) => (liquidationsJudged += count)),
  );
  return report();
}

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
function* cutOff(read: ReadonlyMap<string, PartitionVerdict>): Generator<Fault> {
  const furthest = new Map<string, { readonly cursor: PartitionVerdict['cursors'][number]; readonly by: string }>();
  for (const [by, { cursors }] of read) {
    for (const cursor of cursors) {
      const source = `${cursor.log}/${cursor.partition}`;
      if (cursor.position > (furthest.get(source)?.cursor.position ?? 0)) furthest.set(source, { cursor, by });
    }
  }
  for (const [source, { cursor, by }] of furthest) {
    const size = read.get(source)?.end;
    if (size === undefined || size >= cursor.position) continue;
    const { log, partition, position } = cursor;
    yield { log, partition, position: size + 1, what: `the log is cut: ${by} has applied it up to ${position}` };
  }
}
