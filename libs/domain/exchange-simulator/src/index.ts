export { createExchangeSimulator } from './crowd-simulator.js';
export type { ExchangeSimulator } from './simulator-contract.js';
export type { SimulatorState } from './simulator-state.js';
export { mergeBars } from './scenario/merge-bars.js';
export { REACTIONS_NAMES, type ReactionsName } from './owners/reactions.js';
export { barProblem, endOf, scenarioProblems, type Bar, type Scenario } from './scenario/scenario.js';
