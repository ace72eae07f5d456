import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function explainCommand(): Command {
  return withStoreOptions(
    new Command('explain').description(
      'Tells why an account is in its state, or what happened at one event, with every figure, from the logs alone.',
    ),
    'reads',
  )
    .argument('[account]', 'account id <owner>.<name>; with --event it may be left out')
    .option('--at <time>', 'as it stood at this clearing time, ISO 8601 UTC; default: the end of the logs')
    .option(
      '--event <log/partition#position>',
      'as it stood at this event of margin, liquidation or accounts; the timeline names them',
    )
    .option('--json', 'print the explanation as JSON')
    .addHelpText(
      'after',
      examples(
        ['explain carol.main', 'Why is it in its state now?'],
        [
          'explain carol.main --at 2020-03-12T10:45:00Z',
          'And at a time past, when everything of that time had happened?',
        ],
        ["explain --event 'margin/0#105'", 'At one of several decisions of the same time, before and after'],
      ),
    )
    .action(later(async () => (await import('./explain.action.js')).explain));
}
