import type { Command } from 'commander';

/** Of a command that asks a running house. */
export const withServedOption = (command: Command): Command =>
  command.option(
    '--url <address>',
    'where the house serves; the variable BALLAST_TOKEN if it asks for a token',
    'http://127.0.0.1:8787',
  );
