export type { LiquidationCase } from './case/liquidation-case.js';
export * from './deleverage/deleveraging.process.js';
export type { DeleveragingState } from './deleverage/deleveraging.state.js';
export * from './liquidation.invariants.js';
export * from './liquidation.process.js';
export { openCaseOf } from './liquidation.queries.js';
