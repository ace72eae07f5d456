import * as contract from '@ballast/contracts';
import type { DayStatement } from '@ballast/contracts';
import { dayStatement, startOfDay, statementCsv, statementText } from '@ballast/audit';
import { InvariantViolation, isAccountId, type Instant } from '@ballast/kernel';
import { openLogs } from '../composition/open-logs.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';

interface StatementOptions extends StoreOptions {
  readonly date: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/** @throws UsageError when it is no day of the calendar */
function dayOption(date: string): Instant {
  try {
    return startOfDay(date);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new UsageError(`--date must be a day such as 2020-03-12, not ${date}`);
  }
}

function written(statement: DayStatement, { csv, json }: Pick<StatementOptions, 'csv' | 'json'>): string {
  if (csv === true) return statementCsv(statement);
  if (json !== true) return `${statementText(statement)}\n`;
  return `${JSON.stringify(contract.written(contract.dayStatement)(statement), null, 2)}\n`;
}

export async function statement(accountId: string, { date, csv, json, ...store }: StatementOptions): Promise<void> {
  if (!isAccountId(accountId)) throw new UsageError(`an account id has the form <owner>.<name>, not ${accountId}`);
  const day = dayOption(date);
  const { logs, place, close } = await openLogs(store);
  try {
    const stated = await dayStatement(logs, accountId, day);
    if (stated === 'account-unknown') {
      throw new UsageError(`${place} knows no account ${accountId} on ${date}; GET /accounts of serve lists them`);
    }
    process.stdout.write(written(stated, { csv, json }));
  } finally {
    await close();
  }
}
