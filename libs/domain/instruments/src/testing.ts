export { writeExpiryDate } from './instrument-id.js';
