export * from './conformance-file-error.js';
export * from './report-text.js';
export { runConformance, type ConformanceReport } from './run-conformance.js';
