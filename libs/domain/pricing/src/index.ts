export * from './funding-rate.js';
export * from './index-price.js';
export * from './mark-price.js';
export * from './pricing-rules.js';
export * from './pricing.process.js';
export type * from './pricing.state.js';
export * from './source-state.js';
export * from './volatility.js';
export * from './pricing.fixtures.js';
