export * from './command.js';
export * from './lockstep.js';
export * from './partition-worker.js';
export * from './rebuild.js';
export * from './source-queue.js';
export * from './source.js';
