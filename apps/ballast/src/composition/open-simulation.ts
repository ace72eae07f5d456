import { readLogs, ClearingPictureProjection, type ClearingPicture } from '@ballast/read-models';
import { createExchangeSimulator, type Scenario } from '@ballast/exchange-simulator-domain';
import { InvariantViolation, instantOf, isoOf, type Instant } from '@ballast/kernel';
import { ClearingHouse, Simulation, loadScenario, partitionsOf } from '@ballast/services';
import { SERVICE_LOGS } from '@ballast/facts';
import { hostname } from 'node:os';
import { UsageError } from '../usage-error.js';
import { emptyDataDirectory, openStore } from './open-store.js';
import type { SimulationCliOptions } from './simulation-options.js';
import { DEFAULT_PARTITIONS, type StoreOptions } from './store-options.js';

export interface SimulationSession {
  readonly house: ClearingHouse;
  readonly simulation: Simulation;
  readonly scenario: Scenario;
  readonly steps: readonly Instant[];
  /** Where the data is, for a person. */
  readonly place: string;
  picture(): ClearingPicture;
  close(): Promise<void>;
}

/** Opens store, clearing house and simulated exchange; what the logs hold already is counted into the picture. */
export async function openSimulation(
  options: SimulationCliOptions & StoreOptions,
  notice: (line: string) => void,
): Promise<SimulationSession> {
  const scenario = windowOf(await loadScenario(options.scenario), options);
  if (options.fresh === true) await emptyDataDirectory(options);
  const opened = await openStore(options, notice);
  try {
    const partitions = options.partitions ?? (await partitionsOf(opened.store)) ?? DEFAULT_PARTITIONS;
    const house = await ClearingHouse.open({ store: opened.store, partitions, worker: `${hostname()}/${process.pid}` });
    const simulator = createExchangeSimulator({ scenario, seed: options.seed, accounts: options.accounts, partitions });
    await assertSameRun(house, simulator.runName);
    const projection = new ClearingPictureProjection();
    for await (const entry of readLogs(house.logs, SERVICE_LOGS)) projection.apply(entry);
    house.onAppended((entries) => {
      for (const entry of entries) if (!entry.log.startsWith('exchange.')) projection.apply(entry);
    });
    const steps = [...simulator.steps()];
    const simulation = await Simulation.open({ house, simulator, steps });
    return {
      house,
      simulation,
      scenario,
      steps,
      place: opened.place,
      picture: () => projection.picture,
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Narrows a scenario to --from and --to, and takes another opening fund. */
function windowOf(scenario: Scenario, options: SimulationCliOptions): Scenario {
  const from = timeOf('--from', options.from) ?? scenario.from;
  const to = timeOf('--to', options.to) ?? scenario.to;
  if (from < scenario.from || to > scenario.to || from > to) {
    throw new UsageError(
      `--from and --to must lie in ${isoOf(scenario.from)} .. ${isoOf(scenario.to)}, the time of scenario ${scenario.name}`,
    );
  }
  const openingFund = options.openingFund ?? scenario.openingFund;
  if (!/^\d{1,15}(\.\d{1,2})?$/.test(openingFund)) {
    throw new UsageError(`--opening-fund must be an amount in USD such as 250000 or 250000.50, not ${openingFund}`);
  }
  return { ...scenario, from, to, openingFund };
}

function timeOf(option: string, iso: string | undefined): Instant | undefined {
  if (iso === undefined) return undefined;
  try {
    return instantOf(iso);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new UsageError(`${option} must be a time such as 2020-03-12T09:00:00Z: ${error.message}`);
  }
}

/** The first message of the exchange names the run; another run would not continue it but fork it. */
async function assertSameRun(house: ClearingHouse, runName: string): Promise<void> {
  const [first] = await house.logs.log('exchange.quotes').read(-1, 0, 1);
  if (first === undefined) return;
  const { name } = first.payload as { name: string };
  if (name === runName) return;
  throw new UsageError(
    `the data is of another run (${name}; asked for: ${runName}); repeat with the same options, name another --data-dir, or start over with --fresh`,
  );
}
