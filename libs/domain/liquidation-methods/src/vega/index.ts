export * from './liquidation-price.js';
export * from './loss-waterfall.js';
export * from './network-disposal.js';
export * from './target-stake.js';
