export * from './event-log.js';
export * from './log-shape.js';
export * from './memory/memory-log.js';
export * from './postgres/connection.js';
export * from './postgres/embedded-server.js';
export * from './postgres/postgres-log.js';
export * from './postgres/transient-error.js';
export * from './stored-event.js';
