export * from './canonical.js';
export * from './decimal.js';
export * from './hash.js';
export * from './ids.js';
export * from './instant.js';
export * from './invariant.js';
export * from './liquidation-cost.js';
export * from './money.js';
