export * from './event-schemas.js';
export * from './parse-entry.js';
export * from './refusal.js';
export * from './topics.js';
export * from './wire/arrival.js';
export * from './wire/command-message.js';
export * from './wire/message.js';
