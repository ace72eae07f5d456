export * from './collateral-parameters.js';
export * from './collateral-tiers.js';
export * from './collateral-value.js';
export * from './float-collateral.js';
export * from './haircut.js';
