import net from 'node:net';
import kafkajs, { type Kafka } from 'kafkajs';
import { PARKED_TOPIC, topicOf, topicsOf } from '@ballast/contracts';
import type { Bus, BusIncident, Subscription } from '../bus.js';
import { Arrivals, busContract, entriesOf, readerOf, type BusUnderTest } from '../bus.contract.js';
import type { LocalKafka } from '../local-kafka/local-kafka.js';
import { KafkaBus } from './kafka-bus.js';
import { PlainTopics } from './plain-topics.js';
import { createTopics, ensureTopics, TopicsRefused } from './topics.js';

/** A broker that has just begun may not lead every partition yet; the client tries once under test. */
async function answered<T>(ask: () => Promise<T>, tries = 40): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (--tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** What becomes of the answers on one connection, counted from 1: none comes, or the first ends with so many bytes, and the connection too. */
interface Disturbed {
  readonly connection: number;
  readonly endsAfterBytes?: number;
}

/** An address in front of a broker behind which one connection is disturbed. */
async function doorOf(
  { brokers }: LocalKafka,
  disturbed: Disturbed,
): Promise<{ readonly address: string; close(): void }> {
  const [host = '', port] = (brokers[0] as string).split(':');
  let connections = 0;
  const server = net.createServer((client) => {
    connections += 1;
    const broker = net.connect(Number(port), host);
    for (const end of [client, broker]) end.on('error', () => end.destroy());
    client.pipe(broker);
    const { connection, endsAfterBytes } = disturbed;
    if (connections !== connection) broker.pipe(client);
    else if (endsAfterBytes === undefined) broker.resume();
    else broker.once('data', (bytes) => client.end(bytes.subarray(0, endsAfterBytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`, close: () => server.close() };
}

/** The bus, on a real broker. */
export function kafkaBusSuite(kafka: () => LocalKafka): void {
  let prefix: string;
  let count = 0;
  const used = topicsOf(4).filter(({ topic }) => topic.includes('accounts') || topic === PARKED_TOPIC);
  const quiet = (): void => undefined;
  const connection = () => ({ brokers: kafka().brokers, clientId: 'test', prefix, log: quiet });
  const client = (): Kafka => new kafkajs.Kafka({ brokers: [...kafka().brokers], logLevel: kafkajs.logLevel.NOTHING });

  const open = async (options: BusUnderTest = {}, incarnation = (): string => 'one'): Promise<Bus> => {
    prefix = `t${process.pid}x${Date.now()}x${++count}.`;
    await ensureTopics(connection(), used, { replication: 1 });
    return KafkaBus.open({ connection: connection(), incarnationOf: incarnation, ...options });
  };

  describe('as every bus', () => busContract({ open }));

  describe('as Kafka', () => {
    let bus: Bus;
    let incidents: BusIncident[];
    let arrivals: Arrivals;
    const onIncident = (incident: BusIncident): void => {
      incidents.push(incident);
      arrivals.look();
    };
    beforeEach(() => {
      incidents = [];
      arrivals = new Arrivals(() => ({ incidents }));
    });
    afterEach(() => bus.close());

    it('parks a message that is no entry with its raw bytes, while the others go on', async () => {
      bus = await open({ onIncident });
      const entries = entriesOf('accounts', 1, 6);
      await bus.publish(entries.slice(0, 3));
      const producer = client().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      await producer.connect();
      const value = Buffer.from([0x00, 0x7b, 0xff, 0xfe]);
      const { topic } = topicOf('accounts', 1);
      await producer.send({
        topic: prefix + topic,
        messages: [{ partition: 1, key: 'k', value, headers: { trace: Buffer.from([0xff, 0x00]) } }],
      });
      await producer.disconnect();
      await bus.publish(entries.slice(3));

      await bus.subscribe([{ log: 'accounts', partition: 1, after: 0 }], arrivals.handle, arrivals.onHalt);
      await arrivals.upTo(6, 1);
      expect(arrivals.entries(1)).toEqual(entries);
      const parked = arrivals.batches.flatMap((batch) => batch.parked);
      expect(parked).toEqual([
        {
          topic,
          partition: 1,
          offset: '3',
          key: Buffer.from('k'),
          value,
          headers: { trace: Buffer.from([0xff, 0x00]) },
          error: expect.stringContaining('malformed') as unknown,
        },
      ]);
      expect(incidents.filter(({ kind }) => kind === 'parked')).toHaveLength(1);

      const admin = client().admin();
      await admin.connect();
      const offsets = await admin.fetchTopicOffsets(prefix + PARKED_TOPIC);
      const own = await admin.fetchTopicOffsets(prefix + topic);
      await admin.disconnect();
      expect(offsets.map(({ high }) => high)).toEqual(['1']);
      expect(own.find(({ partition }) => partition === 1)?.high).toBe('7');
    });

    it('puts a stranger, and what is no entry at all, aside once, whoever reads it again, and goes on behind it [CLR-LOG-046]', async () => {
      const entries = entriesOf('accounts', 1, 6);
      const read = readerOf(entries);
      bus = await open({ onIncident, read });
      await bus.publish(entries.slice(0, 3));
      // Sound in itself, far behind the end of the log; published by somebody who may write to the topic.
      const last = entriesOf('accounts', 1, 40, 'x'.repeat(900_000)).at(-1) as (typeof entries)[number];
      await bus.publish([last]);
      const producer = client().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      await producer.connect();
      const topic = prefix + topicOf('accounts', 1).topic;
      await producer.send({ topic, messages: [{ partition: 1, key: 'k', value: 'junk' }] });
      await producer.disconnect();
      await bus.publish(entries.slice(3));
      const readAll = async (): Promise<void> => {
        await bus.subscribe([{ log: 'accounts', partition: 1, after: 0 }], arrivals.handle, arrivals.onHalt);
        await arrivals.upTo(6, 1);
        expect(arrivals.positions(1)).toEqual([1, 2, 3, 4, 5, 6]);
        const parked = arrivals.batches.flatMap((batch) => batch.parked);
        const byOffset = parked.map(({ offset, error }) => [offset, error]).sort();
        expect(byOffset).toEqual([
          ['3', expect.stringContaining('stranger: position 40 is beyond the end of its log')],
          ['4', expect.stringContaining('malformed')],
        ]);
      };
      await readAll();
      await bus.close();
      arrivals = new Arrivals(() => ({ incidents }));
      bus = await KafkaBus.open({ connection: connection(), incarnationOf: () => 'one', read, onIncident });
      await readAll();
      const admin = client().admin();
      await admin.connect();
      const kept = await admin.fetchTopicOffsets(prefix + PARKED_TOPIC);
      await admin.disconnect();
      expect(kept.map(({ high }) => high)).toEqual(['2']);
    });

    it('reads from the log what Kafka has deleted, also when nothing new is ever published', async () => {
      const entries = entriesOf('accounts', 0, 9);
      bus = await open({ onIncident, read: readerOf(entries) });
      await bus.publish(entries);
      const admin = client().admin();
      await admin.connect();
      const topic = prefix + topicOf('accounts', 0).topic;
      await answered(() => admin.fetchTopicOffsets(topic));
      await admin.deleteTopicRecords({
        topic,
        partitions: [{ partition: 0, offset: '9' }],
      });
      await admin.disconnect();
      await bus.subscribe([{ log: 'accounts', partition: 0, after: 2, offset: '2' }], arrivals.handle, arrivals.onHalt);
      await arrivals.upTo(9);
      expect(arrivals.entries()).toEqual(entries.slice(2));
    });

    it('halts a partition whose log comes with another incarnation', async () => {
      let incarnation = 'one';
      bus = await open({ onIncident }, () => incarnation);
      const entries = entriesOf('accounts', 0, 4);
      await bus.publish(entries.slice(0, 2));
      await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle, arrivals.onHalt);
      await arrivals.upTo(2);
      incarnation = 'two';
      await bus.publish(entries.slice(2));
      await arrivals.until(() => arrivals.halts.length > 0);
      expect(String(arrivals.halts[0]?.error)).toContain('another incarnation from position 3 on');
      expect(arrivals.positions()).toEqual([1, 2]);
    });

    it('carries entries that are larger than what is sent together', async () => {
      bus = await open({ onIncident });
      const entries = entriesOf('accounts', 0, 6, 'x'.repeat(700_000));
      await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle, arrivals.onHalt);
      await bus.publish(entries);
      await arrivals.upTo(6);
      expect(arrivals.entries().map(({ hash }) => hash)).toEqual(entries.map(({ hash }) => hash));
    });

    it('refuses what goes to a topic that does not exist, and carries on with the others', async () => {
      bus = await open({ onIncident });
      await expect(bus.publish(entriesOf('margin', 0, 1))).rejects.toThrow('does not exist; create the topics');
      await bus.publish(entriesOf('accounts', 0, 3));
      await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle, arrivals.onHalt);
      await arrivals.upTo(3);
    });

    it('halts a partition whose unreadable message cannot be parked, and parks it when it is read again', async () => {
      prefix = `t${process.pid}x${Date.now()}x${++count}.`;
      const withoutParking = used.filter(({ topic }) => topic !== PARKED_TOPIC);
      await ensureTopics(connection(), withoutParking, { replication: 1 });
      bus = await KafkaBus.open({ connection: connection(), incarnationOf: () => 'one', onIncident });
      const unknown = { log: 'accounts.commands', partition: 1, commandId: 'c-1', type: 'CloseTheHouse' };
      await bus.send({ ...unknown, bodyText: '{}', actor: null });
      let parked = 0;
      const receive = (): Promise<Subscription> =>
        bus.receive(
          { log: 'accounts.commands', partition: 1 },
          async (batch) => {
            parked += batch.parked.length;
            arrivals.look();
          },
          arrivals.onHalt,
        );
      await receive();
      await arrivals.until(() => arrivals.halts.length > 0, 'a halt');
      expect(String(arrivals.halts[0]?.error)).toContain(`${PARKED_TOPIC} does not exist`);

      await ensureTopics(connection(), used, { replication: 1 });
      await receive();
      await arrivals.until(() => parked === 1, 'a parked message');
    });

    it('reads a topic that did not exist when it was asked for first', async () => {
      prefix = `t${process.pid}x${Date.now()}x${++count}.`;
      bus = await KafkaBus.open({ connection: connection(), incarnationOf: () => 'one', onIncident });
      const follow = (): Promise<Subscription> =>
        bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle, arrivals.onHalt);
      await expect(follow()).rejects.toThrow('does not host this topic-partition');
      await ensureTopics(connection(), used, { replication: 1 });
      await follow();
      await bus.publish(entriesOf('accounts', 0, 3));
      await arrivals.upTo(3);
    });

    it('reads a topic on that was not there for a while', async () => {
      bus = await open({ onIncident });
      const heard: string[] = [];
      const topics = new PlainTopics(connection(), quiet);
      const { topic } = topicOf('accounts', 1);
      const subscription = await topics.read(topic, 1, 'end', (value) => heard.push(value));
      const admin = client().admin();
      await admin.connect();
      try {
        await admin.deleteTopics({ topics: [prefix + topic] });
        // Longer than the client takes to notice, and to begin anew without it.
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        await ensureTopics(connection(), used, { replication: 1 });
        await answered(async () => {
          await topics.send([{ topic, partition: 0, key: 'k', value: 'again' }]);
          if (heard.length === 0) throw new Error('nothing is heard');
        });
        expect(heard).toContain('again');
      } finally {
        await subscription.stop();
        await topics.close();
        await admin.disconnect();
      }
    });

    it.each<[string, Disturbed]>([
      // The first connection compares versions.
      ['never got its first answer', { connection: 2 }],
      ['got half of its first answer', { connection: 2, endsAfterBytes: 20 }],
    ])('reads on when the client that asks for offsets %s', async (_, disturbed) => {
      bus = await open();
      await bus.publish(entriesOf('accounts', 0, 3));
      await bus.close();
      const door = await doorOf(kafka(), disturbed);
      try {
        const behindDoor = { ...connection(), brokers: [door.address] };
        bus = await KafkaBus.open({ connection: behindDoor, incarnationOf: () => 'one', onIncident });
        await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle, arrivals.onHalt);
        await arrivals.upTo(3);
      } finally {
        door.close();
      }
    });

    it('lets several processes create the topics at the same time', async () => {
      bus = await open();
      prefix = `${prefix}together.`;
      await Promise.all([1, 2, 3].map(() => createTopics(connection(), { partitions: 2, replication: 1 })));
      const admin = client().admin();
      await admin.connect();
      const created = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
      await admin.disconnect();
      expect(created.sort()).toEqual(
        topicsOf(2)
          .map(({ topic }) => prefix + topic)
          .sort(),
      );
    });

    it('refuses to start over topics that were created with another number of partitions', async () => {
      bus = await open();
      await createTopics(connection(), { partitions: 4, replication: 1 });
      await expect(createTopics(connection(), { partitions: 5, replication: 1 })).rejects.toThrow(TopicsRefused);
    });
  });
}
