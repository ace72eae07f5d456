export { BallastClient, Refused, Unanswered } from './ballast-client.js';
export { LogReader } from './log-reader.js';
export { Producer } from './producer.js';
