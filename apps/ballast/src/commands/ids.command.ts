import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function idsCommand(): Command {
  return withStoreOptions(
    new Command('ids').description(
      'Tells how far the indexes go from which ids are answered: those that are done with (deposits, withdrawals, contributions, fills), and those of commands. verify compares them with the logs.',
    ),
    'reads',
  )
    .option('--rebuild', 'make them anew from the logs, as the owner of the tables; services may go on meanwhile')
    .addHelpText('after', examples(['ids --rebuild', 'verify found that an index is not what its log says']))
    .action(later(async () => (await import('./ids.action.js')).tellIds));
}
