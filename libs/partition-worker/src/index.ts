export * from './command.js';
export * from './lockstep.js';
export { outcomePages, OutcomeReader } from './outcomes.js';
export type { WaitingInput } from './inputs.js';
export { PartitionWorker, type Committer } from './partition-worker.js';
export { entriesOfTail, ForwardReader, rebuild } from './rebuild.js';
export type { ServiceDefinition } from './service-definition.js';
export { packedText, SNAPSHOT_POLICY, snapshotText, type SnapshotOptions, type SnapshotPolicy } from './snapshots.js';
export { readerOf, sourceKey, sourcesOf, type SourceRef } from './source.js';
