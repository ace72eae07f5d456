import { Command } from 'commander';
import { wholeNumber, withStoreOptions } from '../composition/store-options.js';
import { PROGRESS, WORKERS, workers } from './audit-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

const position = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export function verifyCommand(): Command {
  return withStoreOptions(
    new Command('verify').description(
      'Recomputes every hash, chain and root and checks all invariants; exit 1 lists the faults, each with log, partition and position. Changes nothing.',
    ),
    'reads',
  )
    .option('--against <file>', 'also hold the logs against this file, made earlier by checkpoint')
    .option(
      '--key <key>',
      'verifier key that signed the checkpoints, or handed over to the one that did; or a file with it',
    )
    .option('--snapshots', 'also reach every snapshot from the beginning of its log; a damaged one is a fault')
    .option('--log <name>', 'only this log, and no rules')
    .option('--partition <number>', 'only this partition of --log', wholeNumber(-1, 4_095))
    .option('--from <position>', 'only from the block with this position on; what stands before is believed', position)
    .option('--to <position>', 'only up to the block with this position', position)
    .option('--workers <n>', WORKERS, workers, 1)
    .option('--progress <file>', PROGRESS)
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        ['verify --data-dir /tmp/walk', 'Was anything altered, and does every rule hold?'],
        ['verify --snapshots', 'Does every snapshot follow from its log?'],
        ['verify --against checkpoints.txt --key ballast.key', 'Hold the logs against what that key signed earlier'],
        ['verify --workers 4 --progress verify.progress', 'Of a long log: in four threads, and to be gone on with'],
        ['verify --log margin --partition 3 --from 100000', 'Only the end of one partition'],
      ),
    )
    .action(later(async () => (await import('./verify.action.js')).verifyLogs));
}
