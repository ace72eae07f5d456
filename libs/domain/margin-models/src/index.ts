export * from './margin-model.js';
export * from './model-input-error.js';
export * from './registry.js';
export * from './derive/portfolio-margin.js';
export * from './derive/portfolio-parameters.js';
