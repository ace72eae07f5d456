export { bankruptcyQuoteDelta } from './bankruptcy-price.js';
export { liquidationBounds, remainingBlockLimit } from './block-limits.js';
export { deleverage, sizeOf } from './deleveraging.js';
export { fillablePrice } from './fillable-price.js';
export {
  accountRisk,
  fundingClamp,
  initialRequirement,
  isInitialCollateralised,
  isLiquidatable,
  isMaintenanceCollateralised,
  maintenanceFractionOfNotional,
  maintenanceRequirement,
  netNotional,
  openInterestScaledFraction,
  type FractionAccount,
} from './fraction-requirement.js';
export { insuranceFundDelta } from './insurance-fund-delta.js';
export { compareRisk } from './risk-priority.js';
export { undercollateralisedTransition, type TransitionVerdict } from './state-transition.js';
