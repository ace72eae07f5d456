import { topicsOf } from '@ballast/contracts';
import type { LocalKafka } from '../local-kafka/local-kafka.js';
import { lockstepContract } from '../lockstep/lockstep.contract.js';
import { KafkaLockstepChannel } from './kafka-lockstep-channel.js';
import type { KafkaConnection } from './kafka-connection.js';
import { ensureTopics } from './topics.js';

/** Lockstep, on a real broker. */
export function kafkaLockstepSuite(kafka: () => LocalKafka): void {
  let connection: KafkaConnection;
  let count = 0;
  beforeEach(async () => {
    const prefix = `l${process.pid}x${Date.now()}x${++count}.`;
    connection = { brokers: kafka().brokers, clientId: 'test', prefix, log: () => undefined };
    const topics = topicsOf(1).filter(({ topic }) => topic.includes('lockstep'));
    await ensureTopics(connection, topics, { replication: 1 });
  });
  lockstepContract({
    connect: () =>
      KafkaLockstepChannel.open(connection, (error) => {
        throw error;
      }),
  });
}
