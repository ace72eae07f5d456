export { priceFileScenario } from './price-file-scenario.js';
export { loadScenario } from './load-scenario.js';
export { narrowedScenario, type ScenarioWindow } from './narrowed-scenario.js';
