import type { Consumer } from 'kafkajs';
import { EXCHANGE_ANSWERS_TOPIC, EXCHANGE_MESSAGES_TOPIC } from '@ballast/contracts';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import { SerialProducer } from './serial-producer.js';

/** What came, and under which key. */
export interface Submitted {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface ExchangeInboxOptions {
  readonly connection: KafkaConnection;
  /** A reader that is silent for so long is counted out: the one after it waits for that. */
  readonly sessionTimeoutMs: number;
  /** Takes a submission; its answer goes to the topic of answers under the same key. */
  readonly handle: (submitted: Submitted) => Promise<unknown>;
  /** The inbox can no longer be read: the process is to end. */
  readonly onFatal: (error: unknown) => void;
}

const FETCH_WAIT_MS = 500;

/**
 * Submissions of an exchange over Kafka, each taken after the one before it and answered. What was taken and not yet counted comes
 * again after a restart: positions tell that it was kept.
 */
export class ExchangeInbox {
  private constructor(
    private readonly consumer: Consumer,
    private readonly producer: SerialProducer,
  ) {}

  static async open({ connection, sessionTimeoutMs, handle, onFatal }: ExchangeInboxOptions): Promise<ExchangeInbox> {
    const prefix = connection.prefix ?? '';
    const kafka = kafkaOf(connection);
    const producer = new SerialProducer(kafka);
    const consumer = kafka.consumer({
      groupId: `${prefix}exchange-intake`,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(1_000, Math.floor(sessionTimeoutMs / 3)),
      // It stops no earlier than a fetch that waits at the broker.
      maxWaitTimeInMs: FETCH_WAIT_MS,
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) onFatal(error);
    });
    await consumer.connect();
    await consumer.subscribe({ topic: prefix + EXCHANGE_MESSAGES_TOPIC, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const key = message.key?.toString() ?? '';
        const answer = await handle({ key, value: message.value ?? new Uint8Array() });
        const value = JSON.stringify(answer);
        await producer.send([{ topic: prefix + EXCHANGE_ANSWERS_TOPIC, partition: 0, key, value, headers: {} }]);
      },
    });
    return new ExchangeInbox(consumer, producer);
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
    await this.producer.close();
  }
}
