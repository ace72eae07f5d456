export * from './exp.js';
export * from './log.js';
export * from './normal.js';
export * from './power.js';
