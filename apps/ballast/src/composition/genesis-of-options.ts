import type { Genesis } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { DocumentFileError } from '@ballast/house-documents';
import { subjectOf } from '@ballast/kernel';
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
