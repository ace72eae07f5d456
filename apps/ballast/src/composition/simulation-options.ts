import type { ReactionsName } from '@ballast/exchange-simulator-domain';
import type { Command } from 'commander';
import { reactionsOption } from './reactions-option.js';
import { withRulesOptions, type RulesOptions } from './rules-options.js';
import { wholeNumber } from './store-options.js';

export interface SimulationCliOptions extends RulesOptions {
  readonly scenario: string;
  readonly from?: string;
  readonly to?: string;
  readonly accounts: number;
  readonly seed: string;
  readonly openingFund?: string;
  readonly reactions?: ReactionsName;
  readonly priceFeedback?: boolean;
  readonly fresh?: boolean;
}

export function withSimulationOptions(command: Command): Command {
  return withRunOptions(
    command.option(
      '--scenario <name|directory>',
      'bundled scenario, or a directory with scenario.json',
      'crash-2020-03',
    ),
  );
}

/** What makes a run beside its scenario. */
export function withRunOptions(command: Command): Command {
  return withRulesOptions(command)
    .option('--from <time>', 'first clearing time, ISO 8601 UTC; default: the scenario says')
    .option('--to <time>', 'last clearing time, ISO 8601 UTC; default: the scenario says')
    .option('--accounts <n>', 'simulated accounts', wholeNumber(10, 200_000), 1_000)
    .option('--seed <text>', 'seed of everything that is random', '1')
    .option('--opening-fund <usd>', 'insurance fund at the start; default: the scenario says')
    .addOption(reactionsOption())
    .option('--price-feedback', 'close-outs move the prices of the market; default: the scenario says')
    .option('--no-price-feedback', 'close-outs move only their own price')
    .option('--fresh', 'throw away what the data directory holds and start over');
}
