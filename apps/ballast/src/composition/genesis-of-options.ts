import { partitionNumbers, type LogDirectory } from '@ballast/event-log';
import type { Genesis } from '@ballast/event-sourcing';
import { SERVICE_LOGS, type OpeningEvents, type ServiceLog } from '@ballast/facts';
import { DocumentFileError } from '@ballast/house-documents';
import { canonicalText, subjectOf } from '@ballast/kernel';
import { genesisFrom } from '@ballast/services';
import { UsageError } from '../usage-error.js';
import type { RulesOptions } from './rules-options.js';

/** @throws UsageError when the folder cannot be read, or one person answers alone */
export function genesisOfOptions({ documents, author, approver }: RulesOptions): (log: ServiceLog) => Genesis {
  if (author !== undefined && subjectOf(author) === subjectOf(approver ?? '')) {
    throw new UsageError(`--approver ${approver}: rules are approved by another person than their author`);
  }
  try {
    return genesisFrom(documents, {
      ...(author === undefined ? {} : { author }),
      ...(approver === undefined ? {} : { approver }),
    });
  } catch (error) {
    if (error instanceof DocumentFileError) throw new UsageError(`--documents: ${error.message}`);
    throw error;
  }
}

/**
 * Whether logs that are there began with what the options say; they keep what they began with.
 * @throws UsageError naming the first that did not
 */
export async function assertBegunSo(
  logs: LogDirectory,
  options: RulesOptions,
  genesis: (log: ServiceLog) => Genesis,
): Promise<void> {
  const given = (['documents', 'author', 'approver'] as const).filter((option) => options[option] !== undefined);
  if (given.length === 0) return;
  for (const name of SERVICE_LOGS) {
    if (!logs.has(name)) continue;
    const log = logs.log(name);
    const [partition = 0] = partitionNumbers(log);
    const [first] = await log.read(partition, 0, 1);
    if (first?.type !== 'DocumentsEstablished') continue;
    const [began, asked] = [first.payload as OpeningEvents['DocumentsEstablished'], genesis(name)];
    const other = given.find((option) => canonicalText(began[option]) !== canonicalText(asked[option]));
    if (other === undefined) continue;
    throw new UsageError(
      `--${other}: the log of ${name} began otherwise, and keeps what it began with; leave it out and propose the change (POST /rules/${name}/proposals), or begin with new logs`,
    );
  }
}
