export { riskArraysHash } from './contracts/content-hash.js';
export { pricingInvariants, type PricingInvariant } from './pricing.invariants.js';
export { pricingProcess } from './pricing.process.js';
export {
  houseModeFigures,
  instrumentHaltFigures,
  quoteLifetimeMs,
  settlementOverrideFigures,
} from './pricing.queries.js';
