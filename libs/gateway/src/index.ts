export { runGateway } from './distributed/run-gateway.js';
export { serveHouse } from './embedded/serve-house.js';
export { HouseViews } from './history/house-views.js';
export { RiskSurvey, type SurveyedHouse } from './history/risk-survey.js';
export type { ServeMode } from './rest/clearing.gateway.js';
export { SCENARIO_TIME, SilenceWatch, watchPriceSets, type MarketWatch } from './rest/market-watch.js';
export { StoreWatch } from './rest/store-watch.js';
export { ExchangeModule } from './rest/exchange/exchange.module.js';
