export { accountRequirement, type OraclePrice, type PerpHolding, type SpotHolding } from './account-requirement.js';
export { depositIndexReduction, perpLossPerUnit } from './loss-socialisation.js';
export { freeableShare, rampedLiquidatorFee } from './pacing.js';
export {
  liquidatePerp,
  marginRatioAfter,
  type LiquidatedAccount,
  type LiquidationMarket,
  type LiquidationRule,
  type LiquidationStep,
} from './perp-liquidation.js';
export {
  assetWeightAtSize,
  BASE_DECIMALS,
  byRequirement,
  depositScaledWeight,
  liabilityWeightAtSize,
  perpMarginRatio,
  type PerpRatios,
  type RequirementKind,
} from './size-weight.js';
export {
  assetTransferForLiability,
  liabilityTransferFromAssets,
  liabilityTransferToCoverShortage,
  perpInsuranceFee,
  sizeToCoverShortage,
  spotInsuranceFee,
  UNLIMITED,
  type PerpShortage,
  type SpotPair,
  type TransferSize,
} from './transfer-sizing.js';
