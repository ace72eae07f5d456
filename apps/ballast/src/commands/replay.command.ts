import { Command } from 'commander';
import { wholeNumber, withStoreOptions } from '../composition/store-options.js';
import { PROGRESS, WORKERS, workers } from './audit-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

const position = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export function replayCommand(): Command {
  return withStoreOptions(
    new Command('replay').description(
      'Decides every event of the four service logs again from its recorded cause and compares byte for byte; exit 1 at the first difference, which it names.',
    ),
    'reads',
  )
    .option('--log <name>', 'only this service log')
    .option('--partition <number>', 'only this partition of --log', wholeNumber(-1, 4_095))
    .option(
      '--from <position>',
      'only from the newest snapshot before this position on; the state in it is believed',
      position,
    )
    .option('--to <position>', 'only up to this position', position)
    .option('--workers <n>', WORKERS, workers, 1)
    .option('--progress <file>', PROGRESS)
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        ['replay --data-dir /tmp/walk', 'Is every decision what it has to be?'],
        ['replay --workers 4 --progress replay.progress', 'Of a long log: in four threads, and to be gone on with'],
        ['replay --log margin --partition 3 --from 100000', 'Only the end of one partition'],
      ),
    )
    .action(later(async () => (await import('./replay.action.js')).replayLogs));
}
