export * from './documents.decider.js';
export * from './governance.js';
export * from './house-rules.js';
export * from './opening.js';
