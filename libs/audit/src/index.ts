export * from './page-cache.js';
export * from './replay/replay-partition.js';
export * from './replay/replay.js';
export * from './verify/fault.js';
export * from './verify/verify.js';
export * from './explain/explain-account.js';
export * from './explain/explanation-text.js';
export * from './explain/what-if-account.js';
