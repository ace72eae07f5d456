export * from './account-explanation.js';
export * from './account-view.js';
export * from './commands.js';
export * from './decisions.js';
export * from './pre-trade-check.js';
export * from './problem.js';
export * from './queries.js';
export * from './what-if.js';
export { price, quantity } from './amounts.js';
