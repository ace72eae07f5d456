export * from './command.js';
export * from './lockstep.js';
export { PartitionWorker, type Committer, type WrittenPartition } from './partition-worker.js';
export { entriesOfTail, ForwardReader } from './rebuild.js';
export type { ServiceDefinition } from './service-definition.js';
export { SourceQueue } from './source-queue.js';
export * from './source.js';
