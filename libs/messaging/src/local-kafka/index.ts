export { describeWithKafka } from './describe-with-kafka.js';
export { kafkaAvailability, type KafkaAvailability } from './kafka-installation.js';
export { type LocalKafka, type LocalKafkaOptions, startKafka } from './local-kafka.js';
