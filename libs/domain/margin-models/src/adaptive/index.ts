export * from './adaptive-figures.js';
export * from './adaptive-parameters.js';
export * from './adaptive-portfolio.model.js';
export * from './adaptive-screen.js';
export type { FloatContract, FloatHolding } from './float-requirement.js';
export { sideSizes, valuePositions, type Exposure } from './exposure.js';
export {
  gridOf,
  NO_GRID,
  publishedScenarios,
  riskScenarios,
  type PublishedGrid,
  type PublishedScenario,
  type ScenarioGrid,
} from './scenario-grid.js';
