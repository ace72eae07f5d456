export type { BatchReceiver } from './batch-receiver.js';
export * from './kafka-batch-strategy.js';
