export { riskArraysHash } from './contracts/content-hash.js';
export { pricingInvariants, type PricingInvariant } from './pricing.invariants.js';
export { pricingProcess } from './pricing.process.js';
export type { PricingState } from './pricing.state.js';
export {
  houseModeFigures,
  instrumentHaltFigures,
  instrumentsListed,
  presentPrices,
  quoteLifetimeMs,
  delistingFigures,
  settlementOverrideFigures,
} from './pricing.queries.js';
