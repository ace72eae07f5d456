import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

/** Beside the settings of the user who signs, and never where the data or the program is. */
const DEFAULT_KEY = path.join(
  process.env['XDG_CONFIG_HOME'] ?? path.join(os.homedir(), '.config'),
  ...['ballast', 'checkpoint-key.pem'],
);

export function checkpointCommand(): Command {
  return withStoreOptions(
    new Command('checkpoint').description(
      'Signs the sizes and Merkle roots of all logs. Keep the output elsewhere: verify --against finds any later rewriting.',
    ),
    'reads',
  )
    .option(
      '--key <file>',
      'Ed25519 signing key (PEM, mode 600), outside of working and data directory; made when missing',
      DEFAULT_KEY,
    )
    .option('--previous-key <file>', 'key that signed until now: it states that --key follows')
    .option('--house <name>', 'name of the house in key and checkpoints', 'ballast')
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
