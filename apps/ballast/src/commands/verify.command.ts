import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function verifyCommand(): Command {
  return withStoreOptions(
    new Command('verify').description(
      'Recomputes every hash, chain and root and checks all invariants; exit 1 names log, partition, position and what is wrong.',
    ),
    'reads',
  )
    .option('--against <file>', 'also hold the logs against this file, made earlier by checkpoint')
    .option('--snapshots', 'also reach every snapshot from the beginning of its log; a damaged one is a fault')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        ['verify --data-dir /tmp/walk', 'Was anything altered, and does every rule hold?'],
        ['verify --snapshots', 'Does every snapshot follow from its log?'],
        ['verify --against checkpoints.txt', 'Hold the logs against what was signed earlier'],
      ),
    )
    .action(later(async () => (await import('./verify.action.js')).verifyLogs));
}
