import { MemoryLogStore, type LogStore } from '@ballast/event-log';
import { createExchangeSimulator, type Scenario } from '@ballast/exchange-simulator-domain';
import { instantOf, invariant, isoOf } from '@ballast/kernel';
import { ClearingPictureProjection } from '@ballast/read-models';
import { loadScenario } from '@ballast/scenarios';
import { ClearingHouse, Simulation, type Digests } from '@ballast/services';
import { BareInsert } from '../append/bare-insert.js';
import type { BenchContext } from '../bench-server.js';
import { figure, type Figure } from '../measure/figure.js';
import { Latencies } from '../measure/latencies.js';
import { computeMs, Stopwatch, type Lap } from '../measure/stopwatch.js';

export interface SimulateOptions {
  /** Part of the bundled scenario; null for all of it. */
  readonly window: { readonly from: string; readonly to: string } | null;
  readonly accounts: number;
  readonly partitions: number;
}

export const SIMULATE_DEFAULTS: SimulateOptions = {
  window: { from: '2020-03-12T09:00:00Z', to: '2020-03-12T13:00:00Z' },
  accounts: 200,
  partitions: 8,
};

/** The five days as `simulate` replays them when it is told nothing else. */
export const WHOLE_SIMULATE: SimulateOptions = { window: null, accounts: 1_000, partitions: 8 };

/** The server's commits are sampled between steps, while the clock of the simulation stands still. */
const COMMITS_EVERY_STEPS = 10;
const COMMITS = 3;
const PROGRESS_EVERY_STEPS = 120;

interface Run {
  readonly lap: Lap;
  readonly steps: number;
  readonly events: number;
  /** Commits that must follow each other: one per hop in which anything was appended, whatever runs side by side. */
  readonly sequentialCommits: number;
  readonly digests: Digests;
}

/**
 * The bundled simulation on PostgreSQL against its own floor: sequential commits x commit p50 + compute. Compute is the
 * same simulation on the memory log; commits are of one bare row on the same server, between the steps of the same run.
 */
export async function benchSimulate(
  context: BenchContext,
  options: SimulateOptions = SIMULATE_DEFAULTS,
): Promise<Figure[]> {
  const scenario = await windowOf(options);
  const report = (what: string) => (done: number, steps: number) =>
    context.onProgress(`simulate: ${what}, step ${done} of ${steps}`);
  // Neither of the two that count begins with code that was never run.
  const warmUp = options.window === null ? SIMULATE_DEFAULTS : options;
  await simulate(new MemoryLogStore(), await windowOf(warmUp), warmUp, report('warm-up'));
  const commits = new Latencies();
  const stored = await onPostgres(context, scenario, options, commits, report('PostgreSQL'));
  const memory = await simulate(new MemoryLogStore(), scenario, options, report('memory log'));
  for (const [log, digest] of Object.entries(memory.digests)) {
    invariant(stored.digests[log as keyof Digests] === digest, `${log} came out different on the memory log`);
  }
  const computed = computeMs(memory.lap);
  const committed = stored.sequentialCommits * commits.p50;
  const what = `${isoOf(scenario.from).slice(0, 16)} to ${isoOf(scenario.to).slice(0, 16)}, ${options.accounts} accounts`;
  return [
    figure({
      part: 'simulate',
      what,
      value: stored.lap.wallMs / 1_000,
      unit: 's',
      reference: { what: 'floor', value: (committed + computed) / 1_000, unit: 's' },
      bound: { of: 'ratio', kind: 'at most', limit: 1.5 },
      note:
        `${stored.steps} steps, ${stored.events.toLocaleString('en-US')} events; floor = ` +
        `${(stored.sequentialCommits / stored.steps).toFixed(1)} commits per step x ${commits.p50.toFixed(2)} ms ` +
        `(p99 ${commits.p99.toFixed(2)} ms) = ${(committed / 1_000).toFixed(1)} s, ` +
        `+ ${(computed / 1_000).toFixed(1)} s to compute`,
    }),
    figure({
      part: 'simulate',
      what: `${what}: events`,
      value: (stored.events * 1_000) / stored.lap.wallMs,
      unit: 'events/s',
      note: `${(stored.lap.cpuMs / 1_000).toFixed(1)} s of processor time on PostgreSQL, digests equal on the memory log`,
    }),
  ];
}

async function windowOf({ window }: SimulateOptions): Promise<Scenario> {
  const scenario = await loadScenario('crash-2020-03');
  return window === null ? scenario : { ...scenario, from: instantOf(window.from), to: instantOf(window.to) };
}

async function onPostgres(
  context: BenchContext,
  scenario: Scenario,
  options: SimulateOptions,
  commits: Latencies,
  onStep: (done: number, steps: number) => void,
): Promise<Run> {
  const database = await context.database();
  let bare: BareInsert | undefined;
  try {
    return await simulate(database.store, scenario, options, onStep, async () => {
      // After the first step the tables that it copies are there.
      bare ??= await BareInsert.create(database.connection, 'accounts', {
        payloadText: '{}',
        partitions: options.partitions,
      });
      for (let n = 0; n < COMMITS; n++) commits.record(await bare.commit());
    });
  } finally {
    await bare?.close();
    await database.close();
  }
}

async function simulate(
  store: LogStore,
  scenario: Scenario,
  { accounts, partitions }: SimulateOptions,
  onStep: (done: number, steps: number) => void,
  betweenSteps?: () => Promise<void>,
): Promise<Run> {
  const watch = new Stopwatch();
  const house = await ClearingHouse.open({ store, partitions, worker: 'bench' });
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts, partitions });
  // As the command line does: the picture that it shows is part of the work.
  const picture = new ClearingPictureProjection();
  let events = 0;
  let sequentialCommits = 0;
  const hops = new Set<number>();
  house.onAppended((entries) => {
    events += entries.length;
    for (const entry of entries) {
      hops.add(entry.time.hop);
      if (!entry.log.startsWith('exchange.')) picture.apply(entry);
    }
  });
  const steps = [...simulator.steps()];
  onStep(0, steps.length);
  const simulation = await Simulation.open({ house, simulator, steps });
  while (!simulation.done) {
    await simulation.step();
    sequentialCommits += hops.size;
    hops.clear();
    if (simulation.stepsDone % COMMITS_EVERY_STEPS !== 0) continue;
    watch.pause();
    if (simulation.stepsDone % PROGRESS_EVERY_STEPS === 0) onStep(simulation.stepsDone, steps.length);
    await betweenSteps?.();
    watch.resume();
  }
  const lap = watch.stop();
  const digests = await house.digests();
  await house.logs.close();
  return { lap, steps: steps.length, events, sequentialCommits, digests };
}
