export {
  isolatedFactorAccepted,
  isolatedOrderMargin,
  isolatedPositionChange,
  isolatedPositionMargin,
  switchToIsolated,
  type IsolatedOrder,
  type IsolatedTerms,
} from './isolated-mode.js';
export { ladderTransition } from './ladder.js';
export { liquidationPrice, maintenanceAt, type LeveragedPosition } from './liquidation-price.js';
export { logNormalRiskFactors, type RiskFactors } from './log-normal-risk.js';
export { lossWaterfall } from './loss-waterfall.js';
export { marginLevels, type LadderExposure } from './margin-levels.js';
export { networkDisposalSize } from './network-disposal.js';
export { targetStake } from './target-stake.js';
