import type { AddressInfo } from 'node:net';
import { MemoryLogStore } from '@ballast/event-log';
import { HouseViews, SCENARIO_TIME, serveHouse, StoreWatch } from '@ballast/gateway';
import { MINUTE_MS, instantOf } from '@ballast/kernel';
import { ClearingMetrics, createLogger } from '@ballast/observability';
import { ClearingHouse, Simulation } from '@ballast/services';
import { scriptedExchange, type Scene } from './scripted-exchange.js';

const START = instantOf('2026-01-05T09:00:00Z');
const PARTITIONS = 2;
const RELEASE = { release: 'ballast@test', build: '0'.repeat(64) };

interface ScriptedHouse {
  readonly simulation: Simulation;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A house in memory that is served over HTTP, in front of an exchange that plays a script, a minute a scene, and fills close-outs at their
 * limit. Nothing has happened yet.
 */
export async function serveScript(story: readonly Omit<Scene, 'at'>[], maker: string): Promise<ScriptedHouse> {
  const house = await ClearingHouse.open({
    store: new MemoryLogStore(),
    partitions: PARTITIONS,
    worker: 'scripted',
    release: RELEASE,
  });
  const simulator = scriptedExchange({
    partitions: PARTITIONS,
    scenes: story.map((scene, index) => ({ ...scene, at: START + index * MINUTE_MS })),
    maker,
    answer: ({ quantity, limit }) => ({ quantity, price: limit }),
  });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  return { simulation, ...(await serveScripted(house)) };
}

/** Serves a house in memory over HTTP, to which nothing has happened yet. */
export async function serveScripted(house: ClearingHouse): Promise<Omit<ScriptedHouse, 'simulation'>> {
  const views = await HouseViews.open({
    logs: house.logs,
    store: undefined,
    program: RELEASE,
    notice: () => undefined,
    onProgress: () => undefined,
  });
  house.onAppended((entries) => views.apply(entries));
  const served = await serveHouse({
    opened: { house, watch: new StoreWatch(), picture: () => views.picture.picture, cases: views.cases },
    metrics: new ClearingMetrics(),
    logger: createLogger('silent'),
    token: undefined,
    mode: () => 'replay',
    market: SCENARIO_TIME,
  });
  await served.app.listen(0, '127.0.0.1');
  const { port } = served.app.getHttpServer().address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => served.close() };
}

/** Decides commands while something is done that sends some: each waits for a step of its own. */
export async function whileDeciding<Result>(simulation: Simulation, work: () => Promise<Result>): Promise<Result> {
  const deciding = setInterval(() => void simulation.runCommands(), 5);
  try {
    return await work();
  } finally {
    clearInterval(deciding);
  }
}
