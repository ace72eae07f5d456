export * from './event-log.js';
export * from './log-shape.js';
export * from './memory/memory-log.js';
export * from './stored-event.js';
