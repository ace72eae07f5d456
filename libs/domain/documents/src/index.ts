export * from './document-difference.js';
export * from './document-form.js';
export * from './document-reader.js';
export * from './documents.decider.js';
export * from './governance.js';
export * from './house-rules.js';
export * from './opening.js';
