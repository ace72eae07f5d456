export { type BracketFigures, bracketOf, bracketRate, writeBrackets, readBrackets } from './brackets.js';
export * from './float-bound.js';
export { RATE_ROUNDING, floatRate, type FloatSize, lowestBracketEnd } from './float-rates.js';
export {
  type LiquidationCostParameters,
  unwindDays,
  executionRate,
  timeRate,
  penaltyRateOf,
} from './liquidation-cost.js';
export { type RateParameters, knotsOf, maintenanceRate, maintenanceBrackets } from './maintenance-rate.js';
export {
  type RangeLevel,
  type SideRanges,
  rangesAt,
  rangeOf,
  sameRanges,
  isNoticed,
  type FloatSchedule,
  floatSchedule,
  highestFloatRate,
  floatLiquidationRate,
  type CertainRanges,
  certainRanges,
} from './ranges.js';
export { type RateTable, type RiskSchedule, type SideSizes, requireRiskSchedule } from './risk-schedule.js';
export { roundScalar } from './rounding.js';
