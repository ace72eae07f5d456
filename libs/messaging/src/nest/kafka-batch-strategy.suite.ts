import { PARKED_TOPIC, topicsOf } from '@ballast/contracts';
import type { LocalKafka } from '../local-kafka/local-kafka.js';
import { ownedTopics } from '../kafka/partition-ownership.js';
import { ensureTopics } from '../kafka/topics.js';
import { batchStrategyContract } from './batch-strategy.contract.js';
import { kafkaTransport } from './kafka-batch-strategy.js';

/** A Nest microservice, on a real broker. */
export function kafkaBatchStrategySuite(kafka: () => LocalKafka): void {
  let count = 0;
  const shared = ownedTopics('margin');
  const topics = topicsOf(4).filter(
    ({ topic }) => topic === PARKED_TOPIC || shared.includes(topic) || /accounts|margin|liquidation/.test(topic),
  );
  batchStrategyContract({
    connect: async (onIncident) => {
      const prefix = `n${process.pid}x${Date.now()}x${++count}.`;
      const connection = { brokers: kafka().brokers, clientId: 'test', prefix, log: () => undefined };
      await ensureTopics(connection, topics, { replication: 1 });
      const incarnationOf = (): string => 'one';
      return kafkaTransport({ connection, incarnationOf }, { service: 'margin', heartbeatMs: 100 })(onIncident);
    },
  });
}
