export {
  kafkaAvailability,
  startKafka,
  type KafkaAvailability,
  type LocalKafka,
  type LocalKafkaOptions,
} from '@ballast/messaging/local-kafka';
export { describeWithKafka } from '@ballast/messaging/local-kafka';
export {
  environmentOf,
  gatewayDatabase,
  GATEWAYS,
  PROCESSES,
  startStack,
  type Stack,
  type StackProcess,
} from './stack.js';
