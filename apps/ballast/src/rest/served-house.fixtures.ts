import type { AddressInfo } from 'node:net';
import { ClearingMetrics, createLogger } from '@ballast/observability';
import { measuredCommitter } from '@ballast/services';
import { openSimulation, type SimulationSession } from '../composition/open-simulation.js';
import { replayDriver } from '../composition/serve-drivers.js';
import { restClient, type RestClient } from '@ballast/gateway/testing';
import { SCENARIO_TIME, serveHouse, type MarketWatch } from '@ballast/gateway';
import type { SimulationCliOptions } from '../composition/simulation-options.js';
import type { StoreOptions } from '../composition/store-options.js';

export { readEvents, type Answer } from '@ballast/gateway/testing';

/** A clearing house on memory logs behind its HTTP interface, with a short replay already run. */
export interface TestHouse extends RestClient {
  readonly session: SimulationSession;
  /** Begins to close, as the first signal does. */
  beginClosing(): void;
  close(): Promise<void>;
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
  return {
    ...restClient(url, token),
    session,
    beginClosing: () => served.closing.begin(),
    async close() {
      stop.abort();
      await driving;
      await served.close();
      await session.close();
    },
  };
}
