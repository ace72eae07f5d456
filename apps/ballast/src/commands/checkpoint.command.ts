import { Command } from 'commander';
import { withKeyOptions } from '../composition/key-options.js';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function checkpointCommand(): Command {
  const command = new Command('checkpoint').description(
    'Signs the sizes and Merkle roots of all logs. Keep the output elsewhere: verify --against finds any later rewriting.',
  );
  return withKeyOptions(withStoreOptions(command, 'reads'))
    .option('--previous-key <file>', 'key that signed until now: it states that --key follows')
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      examples(
        ['checkpoint --out checkpoints.txt', 'Sign what is there and keep the file elsewhere'],
        ['checkpoint --key ~/keys/new.pem --previous-key ~/keys/old.pem', 'From now on another key signs'],
      ),
    )
    .action(later(async () => (await import('./checkpoint.action.js')).writeCheckpoint));
}
