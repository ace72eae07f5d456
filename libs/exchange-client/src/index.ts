export { BallastClient, Refused } from './ballast-client.js';
export { LogReader } from './log-reader.js';
export { Producer } from './producer.js';
