export type * from './bus.js';
export * from './in-process/in-process-bus.js';
export { SourceFork, SourceHole } from './source-sequence.js';
