import { describeWithKafka } from '../local-kafka/describe-with-kafka.js';
import { kafkaBusSuite } from './kafka-bus.suite.js';
import { kafkaLockstepSuite } from './kafka-lockstep.suite.js';
import { partitionOwnershipSuite } from './partition-ownership.suite.js';
import { kafkaBatchStrategySuite } from '../nest/kafka-batch-strategy.suite.js';

// One broker for all of them: it takes longer to start than most of them to run.
await describeWithKafka('over Apache Kafka', (kafka) => {
  describe('the bus', () => kafkaBusSuite(kafka));
  describe('which worker owns which partition', () => partitionOwnershipSuite(kafka));
  describe('lockstep', () => kafkaLockstepSuite(kafka));
  describe('a Nest microservice that works on batches', () => kafkaBatchStrategySuite(kafka));
});
