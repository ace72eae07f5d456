export { listingState, readContractSpecification, type ContractSpecification } from './contract-specification.js';
export { contractValue, deliveredValue, notional, profit } from './contract-value.js';
export {
  dayOf,
  FEE_DOCUMENTS,
  feeTierOf,
  isTrailing,
  noteFeeTier,
  TRAILING_DAYS,
  tradingFee,
  type FeeFigures,
} from './fees/fee-schedule.js';
export * from './instrument-error.js';
export {
  EXPIRY_TIME_OF_DAY_MS,
  expiryNamedBy,
  isUnderlying,
  parseInstrumentId,
  writeInstrumentId,
} from './instrument-id.js';
export * from './instrument.js';
export { LIMIT_DOCUMENTS, limitsInForce, type HolderLimits, type PositionLimits } from './limits/position-limits.js';
export { inverseLevels } from './inverse-liquidation-price.js';
export {
  averageEntryPrice,
  NO_POSITION,
  positionLeft,
  settleVariation,
  tradeAtAverageCost,
  tradeAtUnitValue,
  tradeCash,
  worthInEquity,
  type AverageCostPosition,
} from './position.js';
export {
  AVERAGING_WINDOW_MS,
  DELIVERY_PRICE_DIGITS,
  deliveryPrice,
  LONGEST_EXTENSION_MS,
  openShare,
  SAMPLE_INTERVAL_MS,
  type DeliveryPrice,
  type IndexObservation,
} from './settlement/delivery-price.js';
export { settleExpiry, type ExpiryLeg } from './settlement/expiry-settlement.js';
