export { verifyConsistency } from './merkle.js';
