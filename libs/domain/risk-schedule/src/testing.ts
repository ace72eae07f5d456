export { bracketRequirement } from './brackets.js';
export { modelledPenaltyRate } from './liquidation-cost.js';
