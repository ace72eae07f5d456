import { Command } from 'commander';
import { wholeNumber, withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function eventsCommand(): Command {
  return withStoreOptions(
    new Command('events').description(
      'Finds events by stream, type, id, account and time, in an index that it fills from the logs first.',
    ),
    'reads',
  )
    .option('--log <name>', 'only of this log')
    .option('--stream <stream>', 'only of this stream')
    .option('--type <type>', 'only of this type')
    .option('--id <uuid>', 'the event with this id')
    .option('--account <account>', 'only about this account')
    .option('--from <time>', 'only from this clearing time on, such as 2020-03-12T10:00:00Z')
    .option('--to <time>', 'only up to this clearing time')
    .option('--limit <number>', 'no more than so many, the earliest', wholeNumber(1, 100_000), 100)
    .option('--rebuild', 'make the index anew; until that is done others go on to ask the present one')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      examples(
        ['events --account carol.main --type MarginCallIssued', 'When was an account called?'],
        ['events --log margin --from 2020-03-12T10:00:00Z --limit 20', 'What happened from then on?'],
      ),
    )
    .action(later(async () => (await import('./events.action.js')).findEvents));
}
