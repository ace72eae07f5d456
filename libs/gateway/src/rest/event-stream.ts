import { setImmediate as breathe } from 'node:timers/promises';
import type { Response } from 'express';
import type { PartitionHead } from '@ballast/event-log';
import type { LogEntry, SealedEvent } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { sha256 } from '@ballast/kernel';
import type { ClearingGateway } from './clearing.gateway.js';
import type { OpenStreams } from './open-streams.js';
import { Problem } from './problem.js';

const PAGE = 500;
/** So many events are written before others have their turn. */
const AT_ONCE = 20;
const HEARTBEAT_MS = 15_000;
/** Entries of a partition that are kept for a reader who is slower than the clearing; beyond that the log is read. */
const KEPT = 1_000;

/** Where a client that says so begins: behind everything there is. */
export const NEWEST = 'newest';
/** The same, and before that what the last entries of each partition have to tell. */
export const RECENT = 'recent';
const RECENT_ENTRIES = 500;

/** Partitions of a log that are sent as one stream. */
export interface Streamed {
  readonly log: ServiceLog;
  readonly partitions: readonly number[];
}

export interface EventStreamOptions {
  readonly of: Streamed;
  readonly clearing: ClearingGateway;
  readonly streams: OpenStreams;
  readonly response: Response;
  /** Last-Event-ID or what stands for it. */
  readonly after: unknown;
  /** What is sent of an event; undefined: nothing. */
  readonly write: (event: SealedEvent) => { readonly event: string; readonly data: string } | undefined;
  /** Sent between events and never counted: called now and then, and whenever there was news. */
  readonly aside?: () => Promise<string>;
  readonly asideEveryMs?: number;
}

/**
 * Sends events of a log as server-sent events, from the log and in the order of each partition. The id of each is the reader's
 * place in all partitions (`<history>;<partition>:<position>,...`), so a client that reconnects with Last-Event-ID goes on where it was, unless the
 * log was restored or promoted meanwhile: the same positions may name other events then.
 */
export async function streamEvents(options: EventStreamOptions): Promise<void> {
  const { of, clearing, streams, response, write, aside, asideEveryMs } = options;
  const isRecent = options.after === RECENT;
  const { history, places } = await placesOf(clearing, of, isRecent ? NEWEST : options.after);
  const gone = streams.begin(response);
  if (gone.signal.aborted) return;
  if (isRecent) {
    for (const [partition, size] of places) {
      const before = Math.max(0, size - RECENT_ENTRIES);
      for (const event of await clearing.logs.log(of.log).read(partition, before, size - before)) {
        const sent = write(event);
        // Without a place: a reader that is cut off in the midst of it begins anew.
        if (sent !== undefined) response.write(`event: ${sent.event}\ndata: ${sent.data}\n\n`);
      }
    }
  }

  /** Partitions that may have something new, and what came of them since, as long as it is kept. */
  const news = new Set(places.keys());
  const fresh = new Map<number, SealedEvent[]>();
  let wake: () => void = () => undefined;
  gone.signal.addEventListener('abort', () => wake(), { once: true });
  const unwatch = clearing.onAppended((entries: readonly LogEntry[]) => {
    for (const entry of entries) {
      if (entry.log !== of.log || !places.has(entry.partition)) continue;
      news.add(entry.partition);
      const kept = fresh.get(entry.partition) ?? [];
      if (kept.length < KEPT) kept.push(entry as SealedEvent);
      fresh.set(entry.partition, kept);
    }
    if (news.size > 0) wake();
  });
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, HEARTBEAT_MS);
  const say = async (): Promise<void> => {
    // Who does not take what was sent gets no more of what is said again in a moment.
    if (response.writableNeedDrain) return;
    // What can't be told now is told the next time.
    const text = await aside?.().catch(() => undefined);
    if (text !== undefined && !gone.signal.aborted && !response.writableNeedDrain) response.write(text);
  };
  const saying = asideEveryMs === undefined ? undefined : setInterval(() => void say(), asideEveryMs);
  // Where it begins, so that a reader who is cut off before the first event misses none.
  if (aside !== undefined) response.write(`id: ${placeText(history, places)}\nevent: place\ndata: {}\n\n`);
  await say();

  /** Sends what follows the reader's place in a partition; true when there may be more. */
  const sendPage = async (partition: number): Promise<boolean> => {
    const place = places.get(partition) ?? 0;
    const kept = fresh.get(partition) ?? [];
    fresh.delete(partition);
    const isNext = kept[0]?.position === place + 1 && kept.length < KEPT;
    let written = 0;
    const events = isNext ? kept : await clearing.logs.log(of.log).read(partition, place, PAGE);
    for (const event of events) {
      if (gone.signal.aborted) return false;
      places.set(partition, event.position);
      const sent = write(event);
      if (sent === undefined) continue;
      const room = response.write(`id: ${placeText(history, places)}\nevent: ${sent.event}\ndata: ${sent.data}\n\n`);
      if (!room) await streams.drained(response, gone);
      // A hundred readers that begin at the beginning must not keep anybody else waiting.
      else if (++written % AT_ONCE === 0) await breathe();
    }
    return !isNext && events.length > 0;
  };
  try {
    while (!gone.signal.aborted) {
      const arrived = new Promise<void>((resolve) => (wake = resolve));
      if (news.size === 0) await arrived;
      for (const partition of [...news]) {
        news.delete(partition);
        if (await sendPage(partition)) news.add(partition);
        if (gone.signal.aborted) break;
      }
    }
  } finally {
    clearInterval(heartbeat);
    clearInterval(saying);
    unwatch();
    response.end();
  }
}

const placeText = (history: string, places: ReadonlyMap<number, number>): string =>
  `${history};${[...places].map(([partition, position]) => `${partition}:${position}`).join(',')}`;

async function placesOf(
  clearing: ClearingGateway,
  { log, partitions }: Streamed,
  asked: unknown,
): Promise<{ readonly history: string; readonly places: Map<number, number> }> {
  const places = new Map<number, number>(partitions.map((partition) => [partition, 0]));
  const heads = (await clearing.logs.log(log).heads()).filter(({ partition }) => places.has(partition));
  const history = historyOf(heads);
  if (asked === undefined || asked === '') return { history, places };
  const sizes = new Map(heads.map(({ partition, size }) => [partition, size]));
  if (asked === NEWEST) return { history, places: sizes };
  const text = typeof asked === 'string' ? asked : '';
  const [, of, list] = /^([0-9a-f]{8});(.*)$/.exec(text) ?? [text, history, text];
  if (of !== history) {
    throw new Problem('log-restored', 'the events behind the place to resume at may be others than were sent', [
      {
        field: 'after',
        message: `is of the history ${of}, the log is of ${history}`,
        remedy: 'compare what you made of the events with the log, and then begin anew',
      },
    ]);
  }
  for (const place of list.split(',')) {
    const match = /^(-1|\d{1,4}):(\d{1,15})$/.exec(place);
    const partition = Number(match?.[1]);
    const size = sizes.get(partition);
    if (match === null || size === undefined || Number(match[2]) > size) {
      throw new Problem('request-malformed', 'the place to resume at is not one of this stream', [
        {
          field: 'after',
          message: `is ${JSON.stringify(text.slice(0, 100))}`,
          remedy: 'send the id of an event of this stream, or nothing for the beginning',
        },
      ]);
    }
    places.set(partition, Number(match[2]));
  }
  return { history, places };
}

/** Another one when a partition got a new incarnation. */
const historyOf = (heads: readonly PartitionHead[]): string =>
  sha256(
    [...heads]
      .sort((a, b) => a.partition - b.partition)
      .map(({ incarnation }) => incarnation)
      .join(' '),
  )
    .toString('hex')
    .slice(0, 8);
