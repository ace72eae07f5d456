export { ADAPTIVE_CROSS } from './adaptive/index.js';
export { instrumentOf, marketAt } from './adaptive/adaptive.fixtures.js';
export { COLLATERAL_DEFAULTS, readCollateralParameters } from './collateral/index.js';
