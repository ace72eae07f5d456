export { describeWithKafka } from './describe-with-kafka.js';
export { KAFKA_VERSION, kafkaAvailability, type KafkaAvailability } from './kafka-installation.js';
export { type LocalKafka, type LocalKafkaOptions, startKafka } from './local-kafka.js';
