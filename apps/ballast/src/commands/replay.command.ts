import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function replayCommand(): Command {
  return withStoreOptions(
    new Command('replay').description(
      'Decides every event of the four service logs again from its recorded cause and compares byte for byte; exit 1 at the first difference, which it names.',
    ),
    'reads',
  )
    .option('--json', 'print the report as JSON')
    .addHelpText('after', examples(['replay --data-dir /tmp/walk', 'Is every decision what it has to be?']))
    .action(later(async () => (await import('./replay.action.js')).replayLogs));
}
