import type { LogDirectory } from '@ballast/event-log';
import { GLOBAL, type PartitionProcess } from '@ballast/event-sourcing';
import { intakeProcess } from '@ballast/exchange-intake-domain';
import { createExchangeSimulator, REACTIONS_NAMES } from '@ballast/exchange-simulator-domain';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';

const MARKET_OPENED = 'MarketOpened';
/** As the simulated exchange names its run in its first message. */
const RUN = /^(\S+) (\S+)\.\.(\S+) seed (.+), (\d+) accounts, fund (\S+?)(?: #[0-9a-f]+)?$/;

/**
 * The process that writes the logs of the exchange, as they say themselves: the intake of an exchange that keeps none, or the
 * simulated one, when it plays a bundled scenario; undefined for any other, and when nothing was said yet.
 */
export async function exchangeOfLogs(logs: LogDirectory): Promise<PartitionProcess<unknown> | undefined> {
  if (!logs.has('exchange.quotes')) return undefined;
  const [first] = await logs.log('exchange.quotes').read(GLOBAL, 0, 1);
  if (first === undefined) return undefined;
  if (first.type !== MARKET_OPENED) return intakeProcess;
  return simulatedExchange((first.payload as { readonly name: string }).name, logs.partitions);
}

async function simulatedExchange(run: string, partitions: number): Promise<PartitionProcess<unknown> | undefined> {
  const [, name = '', from, to, seed = '', accounts, openingFund] = RUN.exec(run) ?? [];
  try {
    const scenario = await loadScenario(name);
    // What was chosen besides stands only as a hash in the name of the run.
    for (const reactions of [undefined, ...REACTIONS_NAMES]) {
      for (const priceFeedback of [undefined, true, false]) {
        const played = narrowedScenario(scenario, { from, to, openingFund, reactions, priceFeedback });
        const config = { scenario: played, seed, accounts: Number(accounts), partitions };
        const simulator = createExchangeSimulator(config);
        if (simulator.runName === run) return simulator.process;
      }
    }
  } catch (error) {
    // A scenario that is not bundled, or is another by now.
    if (!(error instanceof Error && error.name === 'ScenarioError')) throw error;
  }
  return undefined;
}
