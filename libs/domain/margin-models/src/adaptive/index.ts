export * from './adaptive-parameters.js';
export * from './adaptive-portfolio.model.js';
export * from './adaptive-rates.js';
export * from './adaptive-schedule.js';
export * from './adaptive-screen.js';
export type { FloatContract, FloatHolding } from './float-requirement.js';
export { floatOf, floatOfNumeral } from './float-bound.js';
export { sideSizes, valuePositions, type Exposure } from './exposure.js';
export { publishedScenarios, riskScenarios, type PublishedScenario, type ScenarioGrid } from './scenario-grid.js';
