export { logDistance, outOfTheMoneyValue, undiscountedValue } from './black76.js';
export { black76Greeks } from './greeks.js';
export { impliedVolatility } from './implied-volatility.js';
export { markOf, yearsBetween, type ExpiryChain, type OptionChain, type OptionQuote } from './option-chain.js';
export { publishedFigure, publishedText } from './published-figure.js';
export {
  linearValues,
  optionValues,
  scenariosAt,
  type RiskScenario,
  type TermDecay,
  type TermScenarios,
} from './risk-array.js';
export { fitSurface, shiftedSlice, type ExpirySurface, type Surface } from './surface.js';
export { calendarGate, gridOver, smileGates, type GateResult } from './surface-gates.js';
export { SURFACE_RULES, type SurfaceRules } from './surface-rules.js';
export { sviVariance, sviVolatility, type SviSlice } from './svi.js';
export { ValuationError } from './valuation-error.js';
