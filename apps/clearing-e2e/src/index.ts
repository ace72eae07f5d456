export * from './ci-window.js';
export * from './clearing-run.js';
export * from './golden.js';
