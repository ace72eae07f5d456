import type { AddressInfo } from 'node:net';
import { ClearingMetrics, createLogger } from '@ballast/observability';
import { measuredCommitter } from '@ballast/services';
import { openSimulation, type SimulationSession } from '../composition/open-simulation.js';
import { replayDriver } from '../composition/serve-drivers.js';
import { SCENARIO_TIME, serveHouse, type MarketWatch } from '@ballast/gateway';
import type { SimulationCliOptions } from '../composition/simulation-options.js';
import type { StoreOptions } from '../composition/store-options.js';

/** A clearing house on memory logs behind its HTTP interface, with a short replay already run. */
export interface TestHouse {
  readonly url: string;
  readonly session: SimulationSession;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** @param key Idempotency-Key; a new one when it is left out, none when it is null */
  post(path: string, body: unknown, key?: string | null, headers?: Record<string, string>): Promise<Answer>;
  /** Begins to close, as the first signal does. */
  beginClosing(): void;
  close(): Promise<void>;
}

/** Fields of the answers that tests look into; which of them are there depends on the route. */
export interface AnswerBody {
  readonly code: string;
  readonly errors: readonly { readonly field: string; readonly remedy: string }[];
  readonly accounts: readonly { readonly accountId: string }[];
  readonly next: string | null;
  readonly collateral: Readonly<Record<string, string>>;
  readonly held: Readonly<Record<string, string>>;
  readonly positions: readonly unknown[];
  readonly status: string;
  readonly events: readonly unknown[];
  readonly clearing: string;
  readonly priceSets: number;
  readonly paths: Readonly<Record<string, object>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
  readonly body: AnswerBody;
}

export interface TestHouseOptions extends Partial<SimulationCliOptions>, Partial<StoreOptions> {
  readonly token?: string;
  readonly market?: MarketWatch;
}

export async function openTestHouse({
  token,
  market = SCENARIO_TIME,
  ...run
}: TestHouseOptions = {}): Promise<TestHouse> {
  const metrics = new ClearingMetrics();
  const options = {
    scenario: 'crash-2020-03',
    to: '2020-03-11T00:05:00Z',
    accounts: 12,
    seed: '1',
    log: 'memory',
    dataDir: '',
    partitions: 2,
    ...run,
  } as const;
  const session = await openSimulation(options, () => undefined, { committerOf: measuredCommitter(metrics) });
  const logger = createLogger('silent');
  const served = await serveHouse({
    opened: session,
    metrics,
    logger,
    token,
    mode: () => (session.simulation.done ? 'idle' : 'replay'),
    market,
  });
  await served.app.listen(0, '127.0.0.1');
  const stop = new AbortController();
  let driving: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    const driver = replayDriver(session.house, session.simulation, {
      onStep: () => undefined,
      onDone: () => Promise.resolve(resolve()),
    });
    driving = driver(stop.signal);
    driving.catch(reject);
  });
  const { port } = served.app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  let keys = 0;
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    url,
    session,
    get: async (path, headers = {}) => read(await fetch(url + path, { headers: { ...authorization, ...headers } })),
    post: async (path, body, key = `test-key-${++keys}`, headers = {}) =>
      read(
        await fetch(url + path, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...authorization,
            ...(key === null ? {} : { 'idempotency-key': key }),
            ...headers,
          },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      ),
    beginClosing: () => served.closing.begin(),
    async close() {
      stop.abort();
      await driving;
      await served.close();
      await session.close();
    },
  };
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const body = (type.endsWith('json') ? JSON.parse(text) : {}) as AnswerBody;
  return { status: response.status, type, headers: response.headers, text, body };
}

export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly partition: number; readonly position: number };
}

/** Reads server-sent events until so many have come or the stream ends. */
export async function readEvents(
  url: string,
  most: number,
  headers: Record<string, string> = {},
): Promise<readonly StreamedEvent[]> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: StreamedEvent[] = [];
  let rest = '';
  try {
    for await (const chunk of response.body ?? []) {
      rest += Buffer.from(chunk).toString('utf8');
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        if (!fields.has('data')) continue;
        events.push({
          id: fields.get('id') ?? '',
          event: fields.get('event') ?? '',
          data: JSON.parse(fields.get('data') ?? '') as StreamedEvent['data'],
        });
        if (events.length === most) return events;
      }
    }
    return events;
  } finally {
    abort.abort();
  }
}
