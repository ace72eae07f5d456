import type { LogDirectory } from '@ballast/event-log';
import { createExchangeSimulator, type ExchangeSimulator, type Scenario } from '@ballast/exchange-simulator-domain';
import type { Instant } from '@ballast/kernel';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { anotherRun, Simulation } from '@ballast/services';
import { UsageError } from '../usage-error.js';
import { openHouse, type HouseOptions, type OpenedHouse } from './open-house.js';
import type { SimulationCliOptions } from './simulation-options.js';
import type { StoreOptions } from './store-options.js';

/** A clearing house and the exchange that is simulated beside it. */
export interface SimulatedExchange extends OpenedHouse {
  readonly simulator: ExchangeSimulator;
  readonly scenario: Scenario;
  readonly steps: readonly Instant[];
}

export interface SimulationSession extends SimulatedExchange {
  readonly simulation: Simulation;
}

/** Opens store, clearing house and simulated exchange, to be run in lockstep. */
export async function openSimulation(
  options: SimulationCliOptions & StoreOptions,
  notice: (line: string) => void,
  house?: HouseOptions,
): Promise<SimulationSession> {
  const opened = await openSimulatedExchange(options, notice, house);
  try {
    return { ...opened, simulation: await Simulation.open(opened) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Opens store and clearing house, and makes the exchange of a scenario that fits what the logs hold. */
export async function openSimulatedExchange(
  options: SimulationCliOptions & StoreOptions,
  notice: (line: string) => void,
  house?: HouseOptions,
): Promise<SimulatedExchange> {
  const scenario = narrowedScenario(await loadScenario(options.scenario), options);
  const opened = await openHouse(options, notice, house);
  try {
    const { partitions } = opened.house;
    const simulator = createExchangeSimulator({ scenario, seed: options.seed, accounts: options.accounts, partitions });
    await assertSameRun(opened.house.logs, simulator.runName);
    const steps = [...simulator.steps()];
    return { ...opened, simulator: simulator, scenario, steps };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** @throws UsageError when something else stands in the logs of the exchange */
export async function assertSameRun(logs: LogDirectory, runName: string): Promise<void> {
  const found = await anotherRun(logs, runName);
  if (found === undefined) return;
  throw new UsageError(`${found}; repeat with the same options, name another --data-dir, or start over with --fresh`);
}
