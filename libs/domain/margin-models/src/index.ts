export type {
  CollateralHolding,
  CollateralMarket,
  ExpiryMarket,
  ExplainLine,
  InstrumentMarket,
  MarginModel,
  Market,
  ModelClaim,
  ModelResult,
  ModelSource,
  OpenOrder,
  Portfolio,
  PositionHolding,
  RiskArray,
  ScenarioResult,
  UnderlyingMarket,
} from './margin-model.js';
export * from './parameter-hash.js';
export * from './reading/parameter-document.js';
export * from './reading/holdings.js';
export {
  finite,
  instrumentMarketOf,
  positive,
  SECONDS_PER_DAY,
  SECONDS_PER_YEAR,
  secondsToExpiryOf,
  SETTLEMENT_ASSET,
  stablePriceOf,
  underlyingMarketOf,
} from './reading/market-reading.js';
export * from './adaptive/index.js';
export * from './collateral/index.js';
