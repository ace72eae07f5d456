export { consistencyProof, verifyConsistency } from './merkle.js';
