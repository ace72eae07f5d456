export { documentHash } from './house-rules.js';
