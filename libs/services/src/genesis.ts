import type { Genesis } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';

/** What new logs begin with: the rules of a folder (default: the bundled setting), and who answers for them. */
export function genesisFrom(
  folder?: string,
  persons: Partial<Pick<Genesis, 'author' | 'approver'>> = {},
): (log: ServiceLog) => Genesis {
  const documents = readHouseDocuments(folder);
  return (log) => genesisOf(documents, log, persons);
}

export const bundledGenesis = (): ((log: ServiceLog) => Genesis) => genesisFrom();
