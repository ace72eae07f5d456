import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';

/** Beside the settings of the user who signs, and never where the data or the program is. */
const DEFAULT_KEY = path.join(
  process.env['XDG_CONFIG_HOME'] ?? path.join(os.homedir(), '.config'),
  ...['ballast', 'checkpoint-key.pem'],
);

/** In whose name is signed, and with what. */
export interface KeyOptions {
  readonly key: string;
  readonly house: string;
  readonly dataDir: string;
}

export const withKeyOptions = (command: Command): Command =>
  command
    .option(
      '--key <file>',
      'Ed25519 signing key (PEM, mode 600), outside of working and data directory; made when missing',
      DEFAULT_KEY,
    )
    .option('--house <name>', 'name of the house in what is signed', 'ballast');
