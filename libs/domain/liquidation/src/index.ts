export { lossPerContract, readTerms } from './deleverage/bankruptcy-price.js';
export { compareRanks, inOrderOfDeleveraging, type RankedPosition } from './deleverage/counterparty-order.js';
export * from './deleverage/deleveraging.process.js';
export { liquidationInvariants, type LiquidationViolation } from './liquidation.invariants.js';
export { liquidationProcess } from './liquidation.process.js';
export { auctionsNow, deleveragingOutlook, openCaseOf } from './liquidation.queries.js';
