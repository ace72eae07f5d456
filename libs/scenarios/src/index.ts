export { loadScenario } from './load-scenario.js';
export { narrowedScenario } from './narrowed-scenario.js';
