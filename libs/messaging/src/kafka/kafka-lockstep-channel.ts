import { LOCKSTEP_GATE_TOPIC, LOCKSTEP_REPORTS_TOPIC } from '@ballast/contracts';
import type { Subscription } from '../bus.js';
import type { LockstepChannel } from '../lockstep/lockstep-channel.js';
import { openingOf, reportOf, type GateOpening, type LockstepReport } from '../lockstep/lockstep-messages.js';
import type { KafkaConnection } from './kafka-connection.js';
import { PlainTopics } from './plain-topics.js';

/** Lockstep over two topics of one partition each. */
export class KafkaLockstepChannel implements LockstepChannel {
  private constructor(private readonly topics: PlainTopics) {}

  /** @param onFatal called when a reader is gone for good: the process is to end */
  static async open(connection: KafkaConnection, onFatal: (error: unknown) => void): Promise<KafkaLockstepChannel> {
    return new KafkaLockstepChannel(new PlainTopics(connection, onFatal));
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

  close(): Promise<void> {
    return this.topics.close();
  }

  #send(topic: string, key: string, message: GateOpening | LockstepReport): Promise<void> {
    return this.topics.send([{ topic, partition: 0, key, value: JSON.stringify(message) }]);
  }

  #read<Message>(
    topic: string,
    begin: 'last' | 'end',
    parse: (text: string) => Message | undefined,
    handle: (message: Message) => void,
  ): Promise<Subscription> {
    return this.topics.read(topic, 1, begin, (value) => {
      const message = parse(value);
      if (message !== undefined) handle(message);
    });
  }
}
