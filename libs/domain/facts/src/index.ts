export * from './accounts.js';
export * from './common.js';
export * from './exchange.js';
export * from './fact-names.js';
export type * from './instruments.js';
export * from './liquidation.js';
export type * from './margin.js';
export * from './pricing.js';
export * from './topology.js';
