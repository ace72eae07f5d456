import { Command, Option } from 'commander';
import { withSimulationOptions } from '../composition/simulation-options.js';
import { openingLine, partitionsOption, withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function simulateCommand(): Command {
  const command = withSimulationOptions(
    new Command('simulate').description(
      'Replays a market through the whole clearing house in lockstep, as fast as it can; resumes what it finds.',
    ),
  );
  return withStoreOptions(command, 'writes')
    .addOption(
      new Option('--log <kind>', 'where the logs are kept').choices(['memory', 'postgres']).default('postgres'),
    )
    .addOption(partitionsOption())
    .option('--brokers <list>', 'drive the service processes behind these Kafka brokers instead of running them here')
    .option('--topic-prefix <text>', 'prefix of the topics, when several houses share the brokers')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      examples(
        [
          'simulate --log memory --accounts 100 --to 2020-03-12T01:00:00Z',
          'An hour of the crash of March 2020, kept nowhere',
        ],
        [
          'simulate --data-dir /tmp/run --seed 6',
          'Five days, kept for verify, replay and explain; the same command resumes',
        ],
        ['simulate --scenario option-writers --data-dir /tmp/options', 'Options, futures and an expiry; takes minutes'],
      ),
    )
    .action(later(async () => (await import('./simulate.action.js')).simulate, openingLine));
}
