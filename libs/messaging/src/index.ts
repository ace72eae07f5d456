export type * from './bus.js';
export * from './in-process/in-process-bus.js';
export { probeBrokers, UnsupportedBroker } from './kafka/api-versions.probe.js';
export * from './kafka/kafka-bus.js';
export { type KafkaConnection, type LogLevel } from './kafka/kafka-connection.js';
export * from './kafka/topics.js';
export { SourceFork, SourceHole } from './source-sequence.js';
