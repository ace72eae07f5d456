export * from './case-runner.js';
