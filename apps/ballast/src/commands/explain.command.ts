import { Command } from 'commander';
import { explainAccount, explanationText } from '@ballast/audit';
import { InvariantViolation, instantOf, isAccountId, isoOf, type Instant } from '@ballast/kernel';
import { openLogs } from '../composition/open-logs.js';
import { withStoreOptions, type StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';

interface ExplainOptions extends StoreOptions {
  readonly at?: string;
  readonly json?: boolean;
}

export function explainCommand(): Command {
  return withStoreOptions(
    new Command('explain').description('Tells why an account is in its state, with every figure, from the logs alone.'),
  )
    .argument('<account>', 'account id <owner>.<name>')
    .option('--at <time>', 'as it stood at this clearing time, ISO 8601 UTC; default: the end of the logs')
    .option('--json', 'print the explanation as JSON')
    .action(explain);
}

async function explain(accountId: string, options: ExplainOptions): Promise<void> {
  if (!isAccountId(accountId)) throw new UsageError(`an account id has the form <owner>.<name>, not ${accountId}`);
  const at = timeOf(options.at);
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

function timeOf(iso: string | undefined): Instant | undefined {
  if (iso === undefined) return undefined;
  try {
    return instantOf(iso);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new UsageError(`--at must be a time such as 2020-03-12T10:45:00Z: ${error.message}`);
  }
}
