export { KafkaBatchStrategy, kafkaTransport, type Transport } from './kafka-batch-strategy.js';
