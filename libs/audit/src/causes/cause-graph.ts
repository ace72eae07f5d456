import type { CauseNode } from '@ballast/contracts';
import { GLOBAL, causeName, type Cause, type LogEntry } from '@ballast/event-sourcing';
import type { Instant } from '@ballast/kernel';
import type { LogDirectory } from '@ballast/event-log';
import { LazyReader } from '../explain/lazy-reader.js';
import { accountOf, nodeText } from './node-text.js';

/** Any event of any log, exchange topics included. */
export interface LogPlace {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
}

/** Causes that are followed upwards; a chain from a quote to a journal entry has fewer than twenty. */
const MOST_CAUSES = 60;
/** Quotes of a price set that are listed. */
const MOST_QUOTES = 40;
/** Consequences that are listed. */
const MOST_CONSEQUENCES = 120;
/** Events of one partition that are looked through for consequences. */
const MOST_READ = 2_000;
const PAGE = 500;
/** In free running a consequence has a later clearing time than its cause, by the ticks that came between. */
const WINDOW_MS = 5_000;

export interface CauseGraph {
  readonly nodes: readonly CauseNode[];
  readonly more: boolean;
}

export const placeName = ({ log, partition, position }: LogPlace): string => `${log}/${partition}#${position}`;

/** Reads `placeName`; undefined when it is no place of a log. */
export function readLogPlace(written: string): LogPlace | undefined {
  const match = /^([a-z][A-Za-z.]{1,58})\/(-1|0|[1-9]\d{0,3})#([1-9]\d{0,14})$/.exec(written);
  if (match === null) return undefined;
  const [, log, partition, position] = match as unknown as [string, string, string, string];
  return { log, partition: Number(partition), position: Number(position) };
}

/** From the outside input to an event, and what followed from it in the logs of the same partition. */
export async function causeGraph(logs: LogDirectory, asked: LogEntry): Promise<CauseGraph> {
  const reader = new LazyReader(logs);
  const up: CauseNode[] = asked.type === 'PriceSetPublished' ? await quotesOf(reader, asked) : [];
  let cause: Cause | undefined = asked.cause;
  while (cause !== undefined && up.length < MOST_CAUSES) {
    if (cause.kind !== 'event' || !logs.has(cause.log)) {
      if (isOutside(cause)) break;
      up.push(nodeOfCause(cause));
      break;
    }
    const [entry] = await reader.read(cause.log, cause.partition, cause.position - 1, 1);
    if (entry === undefined) break;
    up.push(nodeOf(entry, 'up'));
    if (entry.type === 'PriceSetPublished') up.push(...(await quotesOf(reader, entry)));
    cause = entry.cause;
  }
  const { found, more } = await consequencesOf(logs, reader, asked);
  return {
    nodes: [...up.reverse(), nodeOf(asked, 'asked'), ...found.map((entry) => nodeOf(entry, 'down'))],
    more,
  };
}

const QUOTES = [
  'VenueQuotesReceived',
  'PerpetualBookObserved',
  'MarketActivityObserved',
  'OptionChainQuoted',
  'ContractBookObserved',
];

/** What a price set read of its own clearing time: it is made at the tick behind its quotes. */
async function quotesOf(reader: LazyReader, set: LogEntry): Promise<CauseNode[]> {
  const { cause, time } = set;
  if (cause.kind !== 'event' || cause.log !== 'exchange.quotes') return [];
  const first = Math.max(0, cause.position - MOST_QUOTES);
  const read = await reader.read(cause.log, cause.partition, first, cause.position - first);
  return read
    .filter((entry) => entry.time.clearing === time.clearing && QUOTES.includes(entry.type))
    .map((entry) => ({ ...nodeOf(entry, 'up'), readBy: placeName(set) }))
    .reverse();
}

/** What the exchange sends of itself is caused by nothing that stands in a log. */
const isOutside = (cause: Cause): boolean => cause.kind === 'event' && cause.position === 0;

async function consequencesOf(
  logs: LogDirectory,
  reader: LazyReader,
  asked: LogEntry,
): Promise<{ readonly found: readonly LogEntry[]; readonly more: boolean }> {
  const until = asked.time.clearing + WINDOW_MS;
  const partitions = asked.partition === GLOBAL ? [GLOBAL] : [asked.partition, GLOBAL];
  const candidates: LogEntry[] = [];
  let more = false;
  for (const log of [
    'pricing',
    'margin',
    'accounts',
    'liquidation',
    'exchange.orders',
    'exchange.orderReports',
    'exchange.fills',
  ] as const) {
    for (const { partition, size } of await logs.log(log).heads()) {
      if (!partitions.includes(partition)) continue;
      const first =
        log === asked.log && partition === asked.partition
          ? asked.position
          : await lastBefore(logs, log, partition, size, asked.time.clearing);
      let after = first;
      for (; after < size && after - first < MOST_READ;) {
        const page = await reader.read(log, partition, after, PAGE);
        candidates.push(...page.filter(({ time }) => time.clearing <= until));
        after += page.length;
        if (page.length < PAGE || (page.at(-1)?.time.clearing ?? 0) > until) break;
      }
      if (after - first >= MOST_READ) more = true;
    }
  }
  candidates.sort((a, b) => a.time.clearing - b.time.clearing || a.time.hop - b.time.hop || a.position - b.position);
  const reached = new Set([placeName(asked)]);
  const found: LogEntry[] = [];
  for (const entry of candidates) {
    const { cause } = entry;
    if (cause.kind !== 'event' || !reached.has(placeName(cause))) continue;
    if (found.length === MOST_CONSEQUENCES) return { found, more: true };
    reached.add(placeName(entry));
    found.push(entry);
  }
  return { found, more };
}

/** Position of the last event of a partition before a clearing time, which never falls inside a partition. */
export async function lastBefore(
  logs: LogDirectory,
  log: Parameters<LogDirectory['log']>[0],
  partition: number,
  size: number,
  at: Instant,
): Promise<number> {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [row] = await logs.log(log).readRaw(partition, middle, 1);
    if (row !== undefined && row.clearing < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nodeOf(entry: LogEntry, direction: CauseNode['direction']): CauseNode {
  const { log, partition, position, time, type, cause } = entry;
  return {
    place: placeName(entry),
    kind: 'event',
    log,
    partition,
    position,
    at: time.clearing,
    hop: time.hop,
    type,
    summary: nodeText(entry),
    accountId: accountOf(entry),
    cause: cause.kind === 'event' ? (cause.position === 0 ? null : placeName(cause)) : causeName(cause),
    readBy: null,
    direction,
  };
}

function nodeOfCause(cause: Cause): CauseNode {
  const name = causeName(cause);
  return {
    ...{ place: cause.kind === 'event' ? placeName(cause) : name, kind: cause.kind },
    ...{ log: null, partition: null, position: null, at: null, hop: null, accountId: null, cause: null, readBy: null },
    type: cause.kind,
    summary: cause.kind === 'command' ? `Command ${cause.id}` : cause.kind === 'timer' ? `Timer ${cause.id}` : name,
    direction: 'up',
  };
}
