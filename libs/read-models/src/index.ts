export * from './clearing-picture.js';
export type { ContractsPicture } from './contracts-picture.js';
export * from './read-logs.js';
export { decisionOf, type AccountDecision } from './account-decisions/account-decision.js';
export type { AccountDecisions } from './account-decisions/account-decisions.js';
export * from './account-decisions/decision-projection.js';
export * from './account-decisions/memory-account-decisions.js';
export * from './account-decisions/postgres-account-decisions.js';
