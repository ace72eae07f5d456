export { Archiver, type ArchivedPart } from './archive/archiver.js';
export { ArchiveRefused } from './archive/archive-store.js';
export { DirectoryArchive } from './archive/directory-archive.js';
export { blockAt } from './block-at.js';
export { cursorMovesOf, reasonsOfLine, textsOfLine } from './block.js';
export {
  CheckpointKey,
  CheckpointRejected,
  isVerifierKey,
  signedText,
  verifyCheckpoint,
  verifySuccession,
  type Checkpoint,
  type CheckpointPartition,
} from './checkpoint.js';
export * from './checkpoint-writer.js';
export type { Corrections, EventCorrection } from './corrections/correction-note.js';
export {
  CorrectionRefused,
  approveCorrection,
  copyCorrection,
  correctionText,
  proposeCorrection,
} from './corrections/corrector.js';
export { UnreadableEvent, correctionsOf } from './corrections/read-as.js';
export { commandEntry, type EntryReader } from './entry-reader.js';
export type {
  AppendItem,
  AppendOutcome,
  Block,
  BlockPlace,
  CommandRecord,
  Cursor,
  CursorMove,
  EventLine,
  EventLog,
  EventRow,
  EventTexts,
  LogStore,
  PartitionHead,
  PlacedItem,
  StoredCheckpoint,
} from './event-log.js';
export type { OutcomeAt, OutcomePage } from './outcome-index.js';
export { GroupCommitter } from './group-commit.js';
export { JointCommitter } from './joint-committer.js';
export * from './log-digest.js';
export { LogDirectory, logPartitions, partitionsOf, shapeOf } from './log-directory.js';
export { verifyPartition } from './log-integrity.js';
export { LOG_LINES, eventOfLine, lineOfEvent } from './log-lines.js';
export { VIEWS, type SnapshotMark, type SnapshotStore, type StoredSnapshot } from './snapshot-store.js';
export { partitionNumbers } from './log-shape.js';
export { readPartition } from './read-partition.js';
export * from './memory/memory-log.js';
export { dataSourceOptions, type PostgresConnection } from './postgres/connection.js';
export { backUpCluster, restoreCluster } from './postgres/cluster-backup.js';
export { DirectoryLock } from './postgres/directory-lock.js';
export { EmbeddedServer, removeCluster, type ServerConnection } from './postgres/embedded-server.js';
export { PostgresLogStore } from './postgres/postgres-log-store.js';
export { isTransient } from './postgres/transient-error.js';
export { untilStored } from './until-stored.js';
