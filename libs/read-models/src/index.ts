export * from './clearing-picture.js';
export * from './read-logs.js';
