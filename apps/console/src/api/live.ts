import { useSyncExternalStore } from 'react';
import type { QueryClient } from '@tanstack/react-query';
import type { StatusView } from '@ballast/contracts';
import { Refused, headersOf } from './client';
import { withTimes } from './times';

/** A decision that changed what an account may do, as the stream sends it. */
export interface NewsItem {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  readonly accountId: string;
  readonly at: number;
  readonly type: string;
  readonly summary: string;
  readonly state: string | null;
}

export interface Live {
  /** `connecting` also after a loss: the page says so and tries again. */
  readonly connection: 'connecting' | 'connected' | 'refused';
  readonly status: StatusView | null;
  /** Newest first: those of this visit, and the last before it. */
  readonly news: readonly NewsItem[];
  /** How many came since the page was opened. */
  readonly received: number;
}

const KEPT_NEWS = 200;
const RETRY_MS = 1_000;
/** Questions about the present are asked again at most this often. */
const REFRESH_MS = 1_500;
/** The server says how it stands each second. A connection that died without a word, as of a laptop that slept, says nothing. */
const SILENT_MS = 20_000;
/** What the server answers to a place that its log does not have, or not any more. */
const PLACE_GONE: readonly number[] = [400, 409];

let live: Live = { connection: 'connecting', status: null, news: [], received: 0 };
const listeners = new Set<() => void>();

function change(part: Partial<Live>): void {
  live = { ...live, ...part };
  for (const listener of listeners) listener();
}

export const useLive = (): Live =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );

/** Follows the stream for as long as the page is open; after a loss it goes on where it was. */
export async function follow(client: QueryClient): Promise<never> {
  let place: string | undefined;
  const accounts = new Set<string>();
  let isStale = false;
  let clearing = 0;
  /** What was decided before the stream began; sent first. */
  let earlier: NewsItem[] | undefined = [];
  setInterval(() => {
    if (!isStale) return;
    isStale = false;
    void client.invalidateQueries({ queryKey: ['live'] });
    for (const accountId of accounts) void client.invalidateQueries({ queryKey: ['account', accountId] });
    accounts.clear();
  }, REFRESH_MS);
  for (;;) {
    const lost = new AbortController();
    let patience: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => {
      clearTimeout(patience);
      patience = setTimeout(() => lost.abort(), SILENT_MS);
    };
    try {
      heard();
      if (earlier !== undefined) earlier = [];
      const response = await fetch(place === undefined ? '/live?after=recent' : '/live', {
        headers: headersOf(place === undefined ? {} : { 'last-event-id': place }),
        signal: lost.signal,
      });
      if (response.status === 401) throw new Refused(401, 'not-authenticated', 'a token is asked for');
      if (place !== undefined && PLACE_GONE.includes(response.status)) {
        // The log was restored or promoted: what was asked of it may say something else by now, and so may the news.
        place = undefined;
        earlier = [];
        void client.resetQueries();
        continue;
      }
      if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
      change({ connection: 'connected' });
      void client.invalidateQueries();
      for await (const { id, event, data } of eventsOf(response.body, heard)) {
        place = id ?? place;
        if (event === 'place' && earlier !== undefined) {
          // Partition by partition as it came; of one time the later of a partition is the newer.
          change({
            news: earlier
              .reverse()
              .sort((a, b) => b.at - a.at)
              .slice(0, KEPT_NEWS),
          });
          earlier = undefined;
        } else if (event === 'status') {
          const status = withTimes<StatusView>(data);
          change({ status });
          if (status.clearing !== clearing) isStale = true;
          clearing = status.clearing;
        } else if (event === 'decision') {
          const item = withTimes<NewsItem>(data);
          if (earlier !== undefined) {
            earlier.push(item);
            continue;
          }
          accounts.add(item.accountId);
          isStale = true;
          change({ news: [item, ...live.news].slice(0, KEPT_NEWS), received: live.received + 1 });
        }
      }
    } catch (error) {
      if (error instanceof Refused) change({ connection: 'refused' });
    } finally {
      clearTimeout(patience);
      lost.abort();
    }
    if (live.connection !== 'refused') change({ connection: 'connecting' });
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/**
 * Events of a body of the type text/event-stream. EventSource sends no headers, and a server may ask for a token.
 * @param heard called whenever anything came
 */
async function* eventsOf(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<StreamedEvent> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
    .getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      const data = fields.get('data');
      if (data !== undefined) yield { id: fields.get('id'), event: fields.get('event') ?? '', data };
    }
  }
}
