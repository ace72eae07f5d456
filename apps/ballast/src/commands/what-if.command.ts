import { Command } from 'commander';
import { whatIfAccount, whatIfText } from '@ballast/audit';
import { isAccountId, isoOf, ModelInputError } from '@ballast/kernel';
import type { ImaginedPosition } from '@ballast/margin-domain';
import { openLogs } from '../composition/open-logs.js';
import { withStoreOptions, type StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { timeOption } from './time-option.js';

interface WhatIfOptions extends StoreOptions {
  readonly at?: string;
  readonly model?: string;
  readonly position: readonly ImaginedPosition[];
  readonly json?: boolean;
}

export function whatIfCommand(): Command {
  return withStoreOptions(
    new Command('what-if').description(
      'Tells what margin would say of an account with other positions or another model, from the logs alone.',
    ),
  )
    .argument('<account>', 'account id <owner>.<name>')
    .option('--at <time>', 'as it stood at this clearing time, ISO 8601 UTC; default: the end of the logs')
    .option('--model <id>', 'a registered margin model <name>@<version>; default: the one the account is due')
    .option(
      '--position <instrument=quantity>',
      'imagine this position, filled at its mark; += adds to what is held; may be repeated',
      (value: string, before: readonly ImaginedPosition[]) => [...before, imaginedPosition(value)],
      [],
    )
    .option('--json', 'print the answer as JSON, with every scenario')
    .action(answer);
}

/** `BTC-PERP=-2` for the whole position, `BTC-PERP+=-2` on top of what is held. */
export function imaginedPosition(value: string): ImaginedPosition {
  const match = /^([A-Z0-9-]+?)(\+?=)(-?(?:0|[1-9]\d*)(?:\.\d+)?)$/.exec(value);
  if (match === null) {
    throw new UsageError(`--position must be such as BTC-PERP=-2 or BTC-27MAR26-60000-C+=5, not ${value}`);
  }
  const [, instrument = '', operator, quantity = '0'] = match;
  return { instrument, quantity, mode: operator === '=' ? 'replace' : 'add' };
}

async function answer(accountId: string, options: WhatIfOptions): Promise<void> {
  if (!isAccountId(accountId)) throw new UsageError(`an account id has the form <owner>.<name>, not ${accountId}`);
  const at = timeOption('--at', options.at);
  const { logs, place, close } = await openLogs(options);
  try {
    const { model, position } = options;
    const question = { accountId, positions: position, ...(model === undefined ? {} : { model }) };
    const answered = await whatIfAccount(logs, question, at);
    const then = at === undefined ? '' : ` at ${isoOf(at)}`;
    if (answered === 'account-unknown') throw new UsageError(`${place} knows no account ${accountId}${then}`);
    if (answered === 'no-prices') throw new UsageError(`${place} has no prices yet${then}; choose a later time`);
    process.stdout.write(`${options.json === true ? JSON.stringify(answered, null, 2) : whatIfText(answered)}\n`);
  } catch (error) {
    if (error instanceof ModelInputError) throw new UsageError(error.message);
    throw error;
  } finally {
    await close();
  }
}
