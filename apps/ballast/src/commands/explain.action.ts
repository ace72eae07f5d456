import {
  accountOfPlace,
  explainAccount,
  explanationText,
  placeText,
  readLogPlace,
  readPlace,
  type ExplanationRefusal,
  type HistoryEnd,
} from '@ballast/audit';
import { accountExplanation, written } from '@ballast/contracts';
import { isAccountId, isoOf, type AccountId } from '@ballast/kernel';
import type { LogDirectory } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { historyProgress } from './history-progress.js';
import { timeOption } from './time-option.js';

interface ExplainOptions extends StoreOptions {
  readonly at?: string;
  readonly event?: string;
  readonly json?: boolean;
}

const LOGS: readonly string[] = [...SERVICE_LOGS, ...EXCHANGE_LOGS];

/** @throws UsageError naming the option that can't be used */
export function explainedEnd({ at, event }: Pick<ExplainOptions, 'at' | 'event'>): HistoryEnd | undefined {
  if (event === undefined) {
    const time = timeOption('--at', at);
    return time === undefined ? undefined : { at: time };
  }
  if (at !== undefined) throw new UsageError('--at and --event exclude each other: an event has its time');
  const place = readPlace(event);
  if (place === undefined) {
    const other = readLogPlace(event);
    throw new UsageError(
      other === undefined || !LOGS.includes(other.log)
        ? `--event must be a place such as margin/0#105, as the timeline prints it, not ${event}`
        : `--event ${event} is about no single account; GET /events/${other.log}/${other.partition}/${other.position} of serve shows it with what followed from it`,
    );
  }
  return { event: place };
}

export async function explain(asked: string | undefined, options: ExplainOptions): Promise<void> {
  if (asked !== undefined && !isAccountId(asked))
    throw new UsageError(`an account id has the form <owner>.<name>, not ${asked}`);
  const end = explainedEnd(options);
  if (asked === undefined && (end === undefined || !('event' in end))) {
    throw new UsageError('name an account, or with --event an event about one');
  }
  const { logs, place, close } = await openLogs(options);
  try {
    const accountId = asked ?? (await accountAt(logs, end, place));
    const progress = new ProgressPrinter(process.stderr);
    const explanation = await explainAccount(logs, accountId, { end, onProgress: historyProgress(progress) });
    progress.end();
    if (typeof explanation === 'string') throw new UsageError(refusalText(explanation, accountId, place, end));
    // A terminal without a size says 0.
    const columns = process.stdout.columns || undefined;
    process.stdout.write(
      `${options.json === true ? JSON.stringify(written(accountExplanation)(explanation), null, 2) : explanationText(explanation, columns)}\n`,
    );
  } finally {
    await close();
  }
}

/** @throws UsageError when there is no such event, or it is about no account */
async function accountAt(logs: LogDirectory, end: HistoryEnd | undefined, place: string): Promise<AccountId> {
  const event = end !== undefined && 'event' in end ? end.event : undefined;
  const accountId = event && (await accountOfPlace(logs, event));
  if (accountId !== undefined && accountId !== null) return accountId;
  throw new UsageError(`${place} has no event ${event === undefined ? '' : placeText(event)} about an account`);
}

function refusalText(
  refusal: ExplanationRefusal,
  accountId: string,
  place: string,
  end: HistoryEnd | undefined,
): string {
  const event = end !== undefined && 'event' in end ? placeText(end.event) : '';
  switch (refusal) {
    case 'account-unknown': {
      const then = end === undefined ? '' : 'at' in end ? ` at ${isoOf(end.at)}` : ` at ${event}`;
      return `${place} knows no account ${accountId}${then}; GET /accounts of serve lists them`;
    }
    case 'event-unknown':
      return `${place} has no event ${event}; npx ballast explain ${accountId} lists them in its timeline`;
    case 'event-of-another':
      return `${event} is not about ${accountId}; its timeline, printed without --event, names those that are`;
  }
}
