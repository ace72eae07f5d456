import type { EventLog } from '../event-log.js';
import type { ArchivedRange, BlockSpan } from './archive-manifest.js';

/** Who removes, and what the log keeps of it. Throws to refuse. */
export type RemovalDecision = (range: ArchivedRange) => { readonly actor: string; readonly note: string };

/** A log whose old blocks can be moved to an archive. */
export interface ArchivableLog extends EventLog {
  archived(partition: number): Promise<readonly ArchivedRange[]>;
  /** Keeps what was written to an archive; the blocks stay where they are. */
  saveArchived(partition: number, range: Omit<ArchivedRange, 'proposedBy' | 'removedBy'>): Promise<void>;
  /** Records in the log that somebody wants a range removed from the database. */
  proposeRemoval(partition: number, number: number, decide: RemovalDecision): Promise<ArchivedRange>;
  /** Records in the log that somebody approved it; from then on the range is read from the archive. */
  approveRemoval(partition: number, number: number, decide: RemovalDecision): Promise<ArchivedRange>;
  /** Deletes what was approved. May be broken off and repeated. @returns blocks that were deleted */
  removeBlocks(partition: number, span: BlockSpan): Promise<number>;
  /** Puts ids of commands into their index: those of removed blocks are found by it only. */
  indexCommandsUpTo(partition: number, number: number): Promise<void>;
}
