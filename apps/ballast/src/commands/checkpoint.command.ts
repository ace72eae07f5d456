import path from 'node:path';
import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function checkpointCommand(): Command {
  return withStoreOptions(
    new Command('checkpoint').description(
      'Signs the sizes and Merkle roots of all logs. Keep the output elsewhere: verify --against finds any later rewriting.',
    ),
    'reads',
  )
    .option(
      '--key <file>',
      'Ed25519 signing key (PEM, mode 600); made when missing',
      path.resolve('.ballast-checkpoint-key.pem'),
    )
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      examples(['checkpoint --out checkpoints.txt', 'Sign what is there and keep the file elsewhere']),
    )
    .action(later(async () => (await import('./checkpoint.action.js')).writeCheckpoint));
}
