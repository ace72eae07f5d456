import { Command, Option } from 'commander';
import { examples } from './examples.js';
import { later } from './later.js';
import { withServedOption } from './served-option.js';

export function reconcileCommand(): Command {
  return withServedOption(new Command('reconcile'))
    .description(
      'Holds the books of a custodian or an exchange against the ledger of a running house and records every line that differs; exit 1 while one is not explained.',
    )
    .argument('<file>', 'CSV with a header, or JSON: a list of records with the same names')
    .addOption(
      new Option('--of <books>', 'what the file has: asset,quantity or accountId,instrument,quantity')
        .choices(['custody', 'positions'])
        .makeOptionMandatory(),
    )
    .requiredOption('--source <name>', 'who keeps these books, such as bank-a')
    .requiredOption('--as-of <time>', 'the ledger is taken up to and with this time, such as 2020-03-12T12:00:00Z')
    .option('--json', 'print what differs as JSON')
    .addHelpText(
      'after',
      examples(
        [
          'reconcile positions.csv --of positions --source exchange-a --as-of 2020-03-12T12:00:00Z',
          'Does the exchange have the positions that the ledger has?',
        ],
        [
          'reconcile custody.json --of custody --source bank-a --as-of 2020-03-12T12:00:00Z --json',
          'Does the bank hold what the ledger says?',
        ],
      ),
    )
    .action(later(async () => (await import('./reconcile.action.js')).reconcile));
}
