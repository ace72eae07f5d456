import { replay, type ReplayReport } from '@ballast/audit';
import { type LogStore, LogDirectory } from '@ballast/event-log';
import { SERVICE_LOGS } from '@ballast/facts';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { instantOf, invariant } from '@ballast/kernel';
import { loadScenario } from '@ballast/scenarios';
import { ClearingHouse, marginService, SERVICES, Simulation } from '@ballast/services';
import type { BenchContext } from '../bench-server.js';
import { CalmMarket } from '../decision/calm-market.js';
import { figure, type Figure } from '../measure/figure.js';
import { computeMs, Stopwatch, type Lap } from '../measure/stopwatch.js';

export interface ReplayOptions {
  /** Of the bundled crash, replayed with everything that happened in it. */
  readonly from: string;
  readonly to: string;
  readonly accounts: number;
  /** A calm stretch of many accounts: what a day consists of. */
  readonly calmAccounts: number;
  readonly calmPriceSets: number;
  readonly partitions: number;
}

export const REPLAY_DEFAULTS: ReplayOptions = {
  from: '2020-03-12T09:00:00Z',
  to: '2020-03-12T13:00:00Z',
  accounts: 1_000,
  calmAccounts: 100_000,
  calmPriceSets: 240,
  partitions: 8,
};

const PAGE = 1_000;

/** Replay of stored logs: events per second against reading the same rows and doing nothing, and decisions per second. */
export async function benchReplay(context: BenchContext, options: ReplayOptions = REPLAY_DEFAULTS): Promise<Figure[]> {
  return [...(await benchCrash(context, options)), ...(await benchCalm(context, options))];
}

/** Hours of a crash: every kind of event, few accounts. */
async function benchCrash(context: BenchContext, { from, to, accounts, partitions }: ReplayOptions): Promise<Figure[]> {
  const database = await context.database();
  try {
    context.onProgress(`replay: ${accounts} accounts through the crash`);
    const logs = await crash(database.store, from, to, accounts, partitions);
    const what = `crash of 2020-03, ${accounts.toLocaleString('en-US')} accounts`;
    // Once before, so that neither begins with cold code and cold pages.
    await readBare(logs);
    context.onProgress('replay: deciding again');
    const { report, lap } = await replayed(logs, SERVICES);
    const bare = await readBare(logs);
    invariant(bare.events === report.events, `read ${bare.events} events, replayed ${report.events}`);
    return [
      eventsFigure(what, report, lap, bare),
      figure({
        part: 'replay',
        what: `${what}: decisions`,
        value: (decided(report) * 1_000) / lap.wallMs,
        unit: 'decisions/s',
        note: `${decided(report).toLocaleString('en-US')} decisions of all four services`,
      }),
    ];
  } finally {
    await database.close();
  }
}

/** Hours in which nothing happens but prices: what most of a log is made of. */
async function benchCalm(
  context: BenchContext,
  { calmAccounts, calmPriceSets, partitions }: ReplayOptions,
): Promise<Figure[]> {
  const database = await context.database();
  try {
    context.onProgress(`replay: ${calmAccounts} accounts, ${calmPriceSets} quiet price sets`);
    const logs = await LogDirectory.open(database.store, partitions);
    await (await CalmMarket.open(logs, calmAccounts)).grow(calmPriceSets);
    context.onProgress('replay: deciding again');
    const { report, lap } = await replayed(logs, [marginService]);
    return [
      figure({
        part: 'replay',
        what: `calm market, ${calmAccounts.toLocaleString('en-US')} accounts: decisions`,
        value: (decided(report) * 1_000) / computeMs(lap),
        unit: 'decisions/s',
        bound: { of: 'value', kind: 'at least', limit: 500_000 },
        note:
          `${decided(report).toLocaleString('en-US')} decisions in ${(lap.wallMs / 1_000).toFixed(1)} s ` +
          `(${(lap.cpuMs / 1_000).toFixed(1)} s of processor time), opening the accounts included`,
      }),
    ];
  } finally {
    await database.close();
  }
}

function eventsFigure(
  what: string,
  report: ReplayReport,
  lap: Lap,
  bare: { readonly events: number; readonly wallMs: number },
): Figure {
  return figure({
    part: 'replay',
    what: `${what}: events`,
    value: (report.events * 1_000) / lap.wallMs,
    unit: 'events/s',
    reference: { what: 'bare reading', value: (bare.events * 1_000) / bare.wallMs, unit: 'events/s' },
    bound: { of: 'ratio', kind: 'at least', limit: 0.25 },
    note: `${report.events.toLocaleString('en-US')} events decided again and compared byte for byte`,
  });
}

/** Account decisions and every other event, a run of margin being the first of the two. */
const decided = ({ decisions, events, marginRuns }: ReplayReport): number => decisions + events - marginRuns;

async function replayed(
  logs: LogDirectory,
  services: Parameters<typeof replay>[1],
): Promise<{ readonly report: ReplayReport; readonly lap: Lap }> {
  const watch = new Stopwatch();
  const report = await replay(logs, services, () => performance.now());
  const lap = watch.stop();
  invariant(report.divergence === undefined, `replay diverges: ${JSON.stringify(report.divergence)}`);
  return { report, lap };
}

/** Reads every row of the four logs in the same pages, and nothing else. */
async function readBare(logs: LogDirectory): Promise<{ readonly events: number; readonly wallMs: number }> {
  const started = performance.now();
  let events = 0;
  for (const name of SERVICE_LOGS) {
    const log = logs.log(name);
    for (const { partition } of await log.heads()) {
      for (let after = 0; ;) {
        const page = await log.readRaw(partition, after, PAGE);
        events += page.length;
        if (page.length < PAGE) break;
        after += page.length;
      }
    }
  }
  return { events, wallMs: performance.now() - started };
}

async function crash(
  store: LogStore,
  from: string,
  to: string,
  accounts: number,
  partitions: number,
): Promise<LogDirectory> {
  const bundled = await loadScenario('crash-2020-03');
  const scenario = { ...bundled, from: instantOf(from), to: instantOf(to) };
  const house = await ClearingHouse.open({ store, partitions, worker: 'bench' });
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts, partitions });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  return house.logs;
}
