export * from './isolated-mode.js';
export * from './ladder.js';
export * from './log-normal-risk.js';
export * from './margin-levels.js';
export * from './vega-ladder.model.js';
export * from './vega-ladder.parameters.js';
