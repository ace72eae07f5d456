import {
  CheckpointRejected,
  verifyCheckpoint,
  verifyPartition,
  type Checkpoint,
  type Promised,
  type LogDirectory,
} from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
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
  readonly fault: Fault | undefined;
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

/**
 * Recomputes hashes, chains, Merkle roots, positions and versions of every log from the stored columns, holds them
 * against signed checkpoints, and checks all invariants of architecture section 6. Stops at the first fault.
 */
export async function verify(logs: LogDirectory, options: VerifyOptions = {}): Promise<VerifyReport> {
  const progress = options.onProgress ?? (() => undefined);
  const checkpoints = options.against === undefined ? [] : CheckpointFile.parse(options.against).checkpoints;
  let events = 0;
  let exchangeEvents = 0;
  let liquidationsJudged = 0;
  const report = (fault?: Fault): VerifyReport => ({
    events,
    exchangeEvents,
    checkpoints: checkpoints.length,
    liquidationsJudged,
    fault,
  });

  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
    const log = logs.log(name);
    const promised = checkpoints.filter((checkpoint) => checkpoint.log === name).flatMap((each) => each.partitions);
    for (const { partition } of await log.heads()) {
      progress(`hashes and chain of ${name}/${partition}`);
      const promises: Promised[] = promised.filter((each) => each.partition === partition);
      const verdict = await verifyPartition(log, partition, promises);
      if (name.startsWith('exchange.')) exchangeEvents += verdict.size;
      else events += verdict.size;
      if (verdict.fault !== undefined) {
        const { position, part, what } = verdict.fault;
        return report({ log: part === 'command' ? `${name}.commands` : name, partition, position, what });
      }
    }
    for (const known of promised) {
      if (!(await log.heads()).some(({ partition }) => partition === known.partition)) {
        return report({
          log: name,
          partition: known.partition,
          position: null,
          what: 'a signed checkpoint knows this partition',
        });
      }
    }
  }
  const rules = await verifyRules(logs);
  if (rules !== undefined) return report(rules);
  const reader = new PageCache(logs);
  let seen = 0;
  const counted = (what: string) => (count: number) => {
    seen += count;
    if (seen % 1_000 < count) progress(`${what}, ${seen} events`);
  };
  const money = await verifyConservation(logs, reader, counted('money and positions'));
  if (money !== undefined) return report(money);
  const closings = await verifyLiquidation(logs, counted('liquidations'));
  if (closings !== undefined) return report(closings);
  const figures = await verifyPricing(logs, counted('published figures'));
  if (figures !== undefined) return report(figures);
  progress('no surprise at any liquidation');
  const surprise = await verifyNoSurprise(logs, (count) => (liquidationsJudged += count));
  return report(surprise);
}
