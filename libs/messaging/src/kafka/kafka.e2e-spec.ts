import { describeWithKafka } from '../local-kafka/describe-with-kafka.js';
import { kafkaAvailability } from '../local-kafka/kafka-installation.js';
import { brokerFailureSuite } from './broker-failure.suite.js';
import { guardedBrokerSuite } from './guarded-broker.suite.js';
import { kafkaBusSuite } from './kafka-bus.suite.js';
import { kafkaLockstepSuite } from './kafka-lockstep.suite.js';
import { partitionOwnershipSuite } from './partition-ownership.suite.js';
import { leaderlessPartitionSuite, silentBrokerSuite, topicFetcherSuite } from './topic-fetcher.suite.js';
import { kafkaBatchStrategySuite } from '../nest/kafka-batch-strategy.suite.js';

const { how } = await kafkaAvailability();

// One broker for all of them: it takes longer to start than most of them to run.
await describeWithKafka('over Apache Kafka', (kafka) => {
  describe('the bus', () => kafkaBusSuite(kafka));
  describe('what fetches', () => topicFetcherSuite(kafka));
  describe('which worker owns which partition', () => partitionOwnershipSuite(kafka));
  describe('lockstep', () => kafkaLockstepSuite(kafka));
  describe('a Nest microservice that works on batches', () => kafkaBatchStrategySuite(kafka));
  // Brokers that were not started here are not killed here.
  if (how === 'artifacts') {
    describe('a broker that fails', brokerFailureSuite);
    describe('one broker of two that fails', leaderlessPartitionSuite);
    describe('one broker of two that is silent', silentBrokerSuite);
    describe('a broker behind TLS and a password', guardedBrokerSuite);
  }
});
