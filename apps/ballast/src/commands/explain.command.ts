import { Command } from 'commander';
import { explainAccount, explanationText } from '@ballast/audit';
import { isAccountId, isoOf } from '@ballast/kernel';
import { openLogs } from '../composition/open-logs.js';
import { withStoreOptions, type StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { timeOption } from './time-option.js';

interface ExplainOptions extends StoreOptions {
  readonly at?: string;
  readonly json?: boolean;
}

export function explainCommand(): Command {
  return withStoreOptions(
    new Command('explain').description('Tells why an account is in its state, with every figure, from the logs alone.'),
    'reads',
  )
    .argument('<account>', 'account id <owner>.<name>')
    .option('--at <time>', 'as it stood at this clearing time, ISO 8601 UTC; default: the end of the logs')
    .option('--json', 'print the explanation as JSON')
    .action(explain);
}

async function explain(accountId: string, options: ExplainOptions): Promise<void> {
  if (!isAccountId(accountId)) throw new UsageError(`an account id has the form <owner>.<name>, not ${accountId}`);
  const at = timeOption('--at', options.at);
  const { logs, place, close } = await openLogs(options);
  try {
    const explanation = await explainAccount(logs, accountId, at);
    if (explanation === undefined) {
      const then = at === undefined ? '' : ` at ${isoOf(at)}`;
      throw new UsageError(`${place} knows no account ${accountId}${then}; GET /accounts of serve lists them`);
    }
    process.stdout.write(
      `${options.json === true ? JSON.stringify(explanation, null, 2) : explanationText(explanation)}\n`,
    );
  } finally {
    await close();
  }
}
