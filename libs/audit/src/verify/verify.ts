import {
  CheckpointRejected,
  partitionNumbers,
  verifyCheckpoint,
  verifyPartition,
  type Checkpoint,
  type LogDirectory,
  type PartitionVerdict,
} from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { InvariantViolation } from '@ballast/kernel';
import { PageCache } from '../page-cache.js';
import type { Fault } from './fault.js';
import { verifyConservation } from './verify-conservation.js';
import { verifyLiquidation } from './verify-liquidation.js';
import { verifyNoSurprise } from './verify-no-surprise.js';
import { verifyPricing } from './verify-pricing.js';
import { verifyRules } from './verify-rules.js';

export interface VerifyReport {
  /** Events of the four service logs whose hash, chain and order were recomputed. */
  readonly events: number;
  /** The same of the logs of the exchange. */
  readonly exchangeEvents: number;
  /** Signed checkpoints that were held against the logs. */
  readonly checkpoints: number;
  readonly liquidationsJudged: number;
  /** The first hundred; none in a sound log. */
  readonly faults: readonly Fault[];
}

export interface VerifyOptions {
  /** Text of a file that `ballast checkpoint` made earlier. */
  readonly against?: string | undefined;
  readonly onProgress?: (what: string) => void;
}

/** A checkpoint file: the verifier key in its first line, then one signed note per log. */
export class CheckpointFile {
  private constructor(readonly checkpoints: readonly Checkpoint[]) {}

  static text(verifierKey: string, notes: readonly string[]): string {
    return `${FILE_FORMAT} ${verifierKey}\n${notes.map((note) => `\n${note}`).join('')}`;
  }

  /** @throws CheckpointRejected when a note is not signed by the key the file names */
  static parse(text: string): CheckpointFile {
    const [first = '', ...rest] = text.split('\n');
    if (!first.startsWith(`${FILE_FORMAT} `)) throw new CheckpointRejected('not a file made by ballast checkpoint');
    const key = first.slice(FILE_FORMAT.length + 1);
    const notes = rest
      .join('\n')
      .split(/\n(?=ballast-checkpoint\/)/)
      .map((note) => note.replace(/^\n+|\n+$/g, ''))
      .filter((note) => note !== '');
    if (notes.length === 0) throw new CheckpointRejected('the file holds no checkpoint');
    return new CheckpointFile(notes.map((note) => verifyCheckpoint(`${note}\n`, key)));
  }
}

const FILE_FORMAT = 'ballast-checkpoints/v1';

/** More faults than these say nothing more. */
const MOST_FAULTS = 100;

/**
 * Recomputes hashes, chains, Merkle roots, positions, versions and ids of every log from what is stored, holds them against
 * signed checkpoints, and checks all invariants of architecture section 6. Goes on behind a fault: the first hundred are
 * told, in the order of the checks.
 */
export async function verify(logs: LogDirectory, options: VerifyOptions = {}): Promise<VerifyReport> {
  const progress = options.onProgress ?? (() => undefined);
  const checkpoints = options.against === undefined ? [] : CheckpointFile.parse(options.against).checkpoints;
  const faults: Fault[] = [];
  const found = (fault: Fault): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
  let events = 0;
  let exchangeEvents = 0;
  let liquidationsJudged = 0;

  const read = new Map<string, PartitionVerdict>();
  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
    const log = logs.log(name);
    const promised = checkpoints.filter((checkpoint) => checkpoint.log === name).flatMap((each) => each.partitions);
    const numbers = partitionNumbers(log);
    for (const partition of numbers) {
      progress(`hashes and chain of ${name}/${partition}`);
      const verdict = await verifyPartition(log, partition, {
        promises: promised.filter((each) => each.partition === partition),
        most: MOST_FAULTS - faults.length,
      });
      read.set(`${name}/${partition}`, verdict);
      if (name.startsWith('exchange.')) exchangeEvents += verdict.size;
      else events += verdict.size;
      for (const { part, position, what } of verdict.faults) {
        found({ log: part === 'command' ? `${name}.commands` : name, partition, position, what });
      }
    }
    for (const known of promised) {
      if (numbers.includes(known.partition)) continue;
      const what = 'a signed checkpoint knows this partition';
      found({ log: name, partition: known.partition, position: null, what });
    }
  }
  for (const fault of cutOff(read)) found(fault);

  const altered = faults.length > 0;
  /** What is altered may be unreadable for the rules; then they have nothing to judge. */
  const judged = async (what: string, log: string, check: () => Promise<Fault | undefined>): Promise<void> => {
    try {
      const fault = await check();
      if (fault !== undefined) found(fault);
    } catch (error) {
      if (!altered && !(error instanceof InvariantViolation)) throw error;
      found({ log, partition: null, position: null, what: `${what} can't be judged: ${(error as Error).message}` });
    }
  };
  await judged('the rules that its partitions begin with', 'margin', () => verifyRules(logs));
  const reader = new PageCache(logs);
  let seen = 0;
  const counted = (what: string) => (count: number) => {
    seen += count;
    if (seen % 1_000 < count) progress(`${what}, ${seen} events`);
  };
  await judged('money and positions', 'accounts', () =>
    verifyConservation(logs, reader, counted('money and positions')),
  );
  await judged('cases', 'liquidation', () => verifyLiquidation(logs, counted('liquidations')));
  await judged('published figures', 'pricing', () => verifyPricing(logs, counted('published figures')));
  progress('no surprise at any liquidation');
  await judged('entries into liquidation', 'margin', () =>
    verifyNoSurprise(logs, (count) => (liquidationsJudged += count)),
  );
  return { events, exchangeEvents, checkpoints: checkpoints.length, liquidationsJudged, faults };
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
    const size = read.get(source)?.size;
    if (size === undefined || size >= cursor.position) continue;
    const { log, partition, position } = cursor;
    yield { log, partition, position: size + 1, what: `the log is cut: ${by} has applied it up to ${position}` };
  }
}
