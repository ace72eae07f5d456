import type { Admin, Kafka, KafkaMessage } from 'kafkajs';
import { LOCKSTEP_GATE_TOPIC, LOCKSTEP_REPORTS_TOPIC } from '@ballast/contracts';
import type { Subscription } from '../bus.js';
import type { LockstepChannel } from '../lockstep/lockstep-channel.js';
import { openingOf, reportOf, type GateOpening, type LockstepReport } from '../lockstep/lockstep-messages.js';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import { SerialProducer } from './serial-producer.js';
import { TopicReader, type PartitionListener } from './topic-reader.js';

/** Lockstep over two topics of one partition each. */
export class KafkaLockstepChannel implements LockstepChannel {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #producer: SerialProducer;
  readonly #readers: TopicReader[] = [];
  readonly #prefix: string;

  private constructor(
    connection: KafkaConnection,
    private readonly onFatal: (error: unknown) => void,
  ) {
    this.#kafka = kafkaOf(connection);
    this.#admin = this.#kafka.admin();
    this.#producer = new SerialProducer(this.#kafka);
    this.#prefix = connection.prefix ?? '';
  }

  /** @param onFatal called when a reader is gone for good: the process is to end */
  static async open(connection: KafkaConnection, onFatal: (error: unknown) => void): Promise<KafkaLockstepChannel> {
    const channel = new KafkaLockstepChannel(connection, onFatal);
    await channel.#admin.connect();
    return channel;
  }

  announce(opening: GateOpening): Promise<void> {
    return this.#send(LOCKSTEP_GATE_TOPIC, opening.run, opening);
  }

  report(report: LockstepReport): Promise<void> {
    return this.#send(LOCKSTEP_REPORTS_TOPIC, report.worker, report);
  }

  openings(handle: (opening: GateOpening) => void): Promise<Subscription> {
    return this.#read(LOCKSTEP_GATE_TOPIC, 'last', openingOf, handle);
  }

  reports(handle: (report: LockstepReport) => void): Promise<Subscription> {
    return this.#read(LOCKSTEP_REPORTS_TOPIC, 'end', reportOf, handle);
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
    await this.#producer.close();
    await this.#admin.disconnect();
  }

  #send(topic: string, key: string, message: GateOpening | LockstepReport): Promise<void> {
    const value = JSON.stringify(message);
    return this.#producer.send([{ topic: this.#prefix + topic, partition: 0, key, value, headers: {} }]);
  }

  async #read<Message>(
    topic: string,
    begin: 'last' | 'end',
    parse: (text: string) => Message | undefined,
    handle: (message: Message) => void,
  ): Promise<Subscription> {
    // A reader of its own for each subscriber: another one's rewinding must not bring old messages again.
    const reader = new TopicReader(this.#kafka, this.#admin, this.#prefix + topic, this.#prefix, this.onFatal);
    this.#readers.push(reader);
    const listener: PartitionListener = {
      full: false,
      fail: () => undefined,
      push: (messages: readonly KafkaMessage[]) => {
        for (const { value } of messages) {
          const message = value === null ? undefined : parse(value.toString());
          if (message !== undefined) handle(message);
        }
      },
    };
    const attachment = await reader.attach(0, begin, listener);
    return {
      stop: async () => {
        attachment.detach();
        await reader.close();
      },
    };
  }
}
