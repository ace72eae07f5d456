import fs from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { CheckpointFile } from '@ballast/audit';
import { CheckpointKey, CheckpointWriter } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { openLogs } from '../composition/open-logs.js';
import { withStoreOptions, type StoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';

interface CheckpointOptions extends StoreOptions {
  readonly json?: boolean;
  readonly key?: string;
  readonly out?: string;
}

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
    .action(async (options: CheckpointOptions) => {
      const key = await CheckpointKey.load(options.key as string, 'ballast');
      const { logs, close } = await openLogs(options);
      try {
        const notes: string[] = [];
        for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
          const log = logs.log(name);
          const writer = await CheckpointWriter.resume(log, key);
          const stored = (await writer.write()) ?? (await log.lastCheckpoint());
          if (stored !== undefined) notes.push(stored.note);
        }
        const text =
          options.json === true
            ? `${JSON.stringify({ verifierKey: key.verifierKey, notes }, null, 2)}\n`
            : CheckpointFile.text(key.verifierKey, notes);
        if (options.out === undefined) process.stdout.write(text);
        else await fs.writeFile(options.out, text);
      } finally {
        await close();
      }
    });
}
