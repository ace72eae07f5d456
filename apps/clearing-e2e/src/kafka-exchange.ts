import { Kafka, logLevel, type Producer } from 'kafkajs';
import { EXCHANGE_ANSWERS_TOPIC, EXCHANGE_MESSAGES_TOPIC, type ExchangeSubmission } from '@ballast/contracts';

/** What came under a key of the topic of answers. */
export interface KafkaAnswer {
  readonly key: string;
  readonly status: number;
  readonly body: { readonly next?: number; readonly code?: string; readonly answers?: readonly object[] };
}

/** A program of an exchange that knows nothing of Ballast but the two topics of its intake. */
export class KafkaExchange {
  readonly answers: KafkaAnswer[] = [];
  readonly #prefix: string;
  readonly #kafka: Kafka;
  readonly #producer: Producer;

  constructor(brokers: readonly string[], prefix: string) {
    this.#prefix = prefix;
    this.#kafka = new Kafka({ brokers: [...brokers], clientId: 'an-exchange', logLevel: logLevel.NOTHING });
    this.#producer = this.#kafka.producer();
  }

  /** Listens before anything is said. @returns how to stop */
  async open(): Promise<() => Promise<void>> {
    await this.#producer.connect();
    const consumer = this.#kafka.consumer({ groupId: `${this.#prefix}an-exchange` });
    await consumer.connect();
    await consumer.subscribe({ topic: this.#prefix + EXCHANGE_ANSWERS_TOPIC, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        const said = JSON.parse(message.value?.toString() ?? '') as Omit<KafkaAnswer, 'key'>;
        this.answers.push({ key: message.key?.toString() ?? '', ...said });
        return Promise.resolve();
      },
    });
    return async () => {
      await consumer.disconnect();
      await this.#producer.disconnect();
    };
  }

  /** Hands submissions to the broker, and does not wait for what becomes of them. */
  async send(submissions: readonly ExchangeSubmission[]): Promise<void> {
    await this.sendText(submissions.map((each) => ({ key: each.producer, value: JSON.stringify(each) })));
  }

  async sendText(messages: { key: string; value: string }[]): Promise<void> {
    await this.#producer.send({ topic: this.#prefix + EXCHANGE_MESSAGES_TOPIC, messages });
  }
}
