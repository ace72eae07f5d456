import { Command, Option } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function statementCommand(): Command {
  return withStoreOptions(
    new Command('statement').description(
      'Prints what an account had when a day began, every movement by its cause, and what it had when the day ended, from the log alone.',
    ),
    'reads',
  )
    .argument('<account>', 'account id <owner>.<name>')
    .requiredOption('--date <day>', 'day of clearing time, UTC, such as 2020-03-12')
    .addOption(new Option('--csv', 'print as CSV').conflicts('json'))
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      examples(
        ['statement carol.main --date 2020-03-12', 'What happened to the money of the account that day?'],
        ['statement carol.main --date 2020-03-12 --csv > carol.csv', 'The same for a spreadsheet'],
      ),
    )
    .action(later(async () => (await import('./statement.action.js')).statement));
}
