export * from './contract-specification.js';
export * from './instrument-error.js';
export * from './instrument-id.js';
export * from './instrument.js';
