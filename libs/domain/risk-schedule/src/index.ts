export * from './brackets.js';
export * from './float-bound.js';
export * from './float-rates.js';
export * from './liquidation-cost.js';
export * from './maintenance-rate.js';
export * from './ranges.js';
export * from './risk-schedule.js';
export * from './rounding.js';
