export { createExchangeSimulator } from './crowd-simulator.js';
export type { ExchangeSimulator, SimulatorOutput } from './simulator-contract.js';
export { mergeBars } from './scenario/merge-bars.js';
export { barProblem, endOf, scenarioProblems, type Bar, type Scenario } from './scenario/scenario.js';
