import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function idsCommand(): Command {
  return withStoreOptions(
    new Command('ids').description(
      'Tells how far the index goes from which ids that are done with are answered: of deposits, withdrawals and contributions. verify compares it with the log.',
    ),
    'reads',
  )
    .option('--rebuild', 'make it anew from the log, as the owner of the tables; services may go on meanwhile')
    .addHelpText('after', examples(['ids --rebuild', 'verify found that the index is not what the log says']))
    .action(later(async () => (await import('./ids.action.js')).tellIds));
}
