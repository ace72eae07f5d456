export * from './account-view.js';
export * from './commands.js';
export * from './decisions.js';
export * from './pre-trade-check.js';
export * from './problem.js';
export { price, quantity } from './amounts.js';
