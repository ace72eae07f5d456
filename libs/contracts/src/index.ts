export * from './event-schemas.js';
export * from './parse-entry.js';
export * from './refusal.js';
export * from './topics.js';
