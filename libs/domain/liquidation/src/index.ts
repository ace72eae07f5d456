export * from './deleverage/deleveraging.process.js';
export { liquidationInvariants, type LiquidationViolation } from './liquidation.invariants.js';
export { liquidationProcess } from './liquidation.process.js';
export { openCaseOf } from './liquidation.queries.js';
