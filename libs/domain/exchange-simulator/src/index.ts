export { createExchangeSimulator, SMALLEST_RUN, type SimulatorConfig } from './crowd-simulator.js';
export type { Emit, ExchangeSimulator, SimulatorOutput } from './simulator-contract.js';
export type {
  AccountKind,
  AccountProfile,
  CallReaction,
  ContractKind,
  WithdrawalHabit,
} from './owners/owner-profile.js';
export { mergeBars } from './scenario/merge-bars.js';
export { PricePath } from './scenario/price-path.js';
export {
  barProblem,
  endOf,
  gapsOf,
  scenarioProblems,
  UNDERLYINGS,
  type Bar,
  type ContractPlan,
  type Gap,
  type Scenario,
} from './scenario/scenario.js';
export { SeededHash } from './seeded-hash.js';
export type { OwnerView, SimulatorState } from './simulator-state.js';
