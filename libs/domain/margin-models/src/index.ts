export * from './margin-model.js';
export * from './model-input-error.js';
export * from './registry.js';
