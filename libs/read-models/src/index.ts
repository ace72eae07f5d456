export * from './clearing-picture.js';
export type { ContractsPicture } from './contracts-picture.js';
export type { AccountDecisions } from './account-decisions/account-decisions.js';
export * from './account-decisions/decision-projection.js';
export * from './account-decisions/memory-account-decisions.js';
export * from './account-decisions/postgres-account-decisions.js';
export { EventIndex, type EventPlace, type EventQuery } from './event-index/event-index.js';
export { LiquidationCasesProjection, type KeptCases } from './liquidation-cases/liquidation-cases.js';
export { distributionOf, liquidationBands, shockedShares, type RiskColumns } from './risk-picture/risk-picture.js';
