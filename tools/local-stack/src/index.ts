export {
  kafkaAvailability,
  startKafka,
  type KafkaAvailability,
  type LocalKafka,
  type LocalKafkaOptions,
} from '@ballast/messaging/local-kafka';
export { describeWithKafka } from '@ballast/messaging/local-kafka';
export {
  createDatabaseOf,
  environmentOf,
  gatewayDatabase,
  GATEWAYS,
  PROCESSES,
  PROCESSES_WITHOUT_EXCHANGE,
  startStack,
  type Stack,
  type StackProcess,
} from './stack.js';
