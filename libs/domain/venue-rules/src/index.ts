export { MARGIN_MODELS, marginModelOf } from './margin-models.js';
export { floorTo, QUOTE_DECIMALS } from './methodology/rounding-grid.js';
export * from './derive/index.js';
export * from './drift/index.js';
export * from './dydx/index.js';
export * from './mango/index.js';
export * from './vega/index.js';
