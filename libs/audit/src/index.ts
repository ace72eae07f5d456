export * from './page-cache.js';
export * from './replay/replay-partition.js';
export * from './replay/replay.js';
