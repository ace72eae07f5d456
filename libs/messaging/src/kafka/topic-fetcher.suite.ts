import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import kafkajs, { type ITopicConfig, type Kafka, type KafkaMessage, type Message, type Producer } from 'kafkajs';
import { startKafka, type LocalKafka } from '../local-kafka/local-kafka.js';
import type { KafkaConnection } from './kafka-connection.js';
import { PlainTopics } from './plain-topics.js';
import { TopicFetcher, type Attachment, type PartitionListener } from './topic-fetcher.js';

/** What one listener got of one partition. */
class Heard implements PartitionListener {
  full = false;
  readonly values: string[] = [];
  readonly offsets: number[] = [];
  next = -1;
  end = -1;
  #changed: () => void = () => undefined;

  push(messages: readonly KafkaMessage[], next: bigint, end: bigint): void {
    for (const { offset, value } of messages) {
      this.offsets.push(Number(offset));
      this.values.push(String(value));
    }
    [this.next, this.end] = [Number(next), Number(end)];
    this.#changed();
  }

  fail(error: unknown): void {
    this.values.push(`failed: ${String(error)}`);
    this.#changed();
  }

  async until(said: () => boolean): Promise<void> {
    while (!said()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

const clientOf = ({ brokers }: Pick<KafkaConnection, 'brokers'>): Kafka =>
  new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });

const SETTLES_WITHIN_MS = 30_000;

/** A topic whose partitions are led. */
async function topicOf(kafka: Kafka, config: Omit<ITopicConfig, 'topic'>): Promise<string> {
  const topic = `f${process.pid}x${Date.now()}x${Math.random()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: false, topics: [{ topic, ...config }] });
  for (const deadline = Date.now() + SETTLES_WITHIN_MS; Date.now() < deadline;) {
    const led = await admin.fetchTopicOffsets(topic).catch(() => []);
    if (led.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await admin.disconnect();
  return topic;
}

/** Reading from partitions whose offsets do not follow each other, and some of which nobody leads. */
export function topicFetcherSuite(kafka: () => LocalKafka): void {
  let closing: (() => Promise<unknown>)[];
  const failures: unknown[] = [];
  const fetcherOf = (brokers: readonly string[]): TopicFetcher => {
    const connection = { brokers, clientId: 'test', log: () => undefined };
    const fetcher = new TopicFetcher({ connection, onFatal: (error) => failures.push(error) });
    closing.push(() => fetcher.close());
    return fetcher;
  };
  const connected = async <T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
    client: T,
  ): Promise<T> => {
    await client.connect();
    closing.push(() => client.disconnect());
    return client;
  };
  const producerOf = (client: Kafka, options: object = {}) =>
    connected(
      client.producer({
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        retry: { retries: 20 },
        ...options,
      }),
    );
  beforeEach(() => {
    closing = [];
    failures.length = 0;
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    expect(failures).toEqual([]);
  });

  it('reads on over transactions, without what was aborted, also when their marks are the last that came', async () => {
    const client = clientOf(kafka());
    const topic = await topicOf(client, { numPartitions: 1, replicationFactor: 1 });
    const plain = await producerOf(client);
    const transactional = await producerOf(client, {
      idempotent: true,
      transactionalId: topic,
      maxInFlightRequests: 1,
    });
    const messages = (...values: string[]) => ({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
    const transaction = async (end: 'commit' | 'abort', ...values: string[]): Promise<void> => {
      const begun = await transactional.transaction();
      await begun.send(messages(...values));
      await begun[end]();
    };
    await plain.send(messages('a'));
    await transaction('commit', 'b', 'c');
    await transaction('abort', 'aborted');
    await plain.send(messages('d'));
    await transaction('abort', 'aborted', 'aborted');

    const heard = new Heard();
    const fetcher = fetcherOf(kafka().brokers);
    const { end } = await fetcher.attach(topic, 0, undefined, heard);
    await heard.until(() => heard.next >= Number(end));
    expect(heard.values).toEqual(['a', 'b', 'c', 'd']);
    await plain.send(messages('e'));
    await heard.until(() => heard.values.length === 5);
    expect(heard.values).toEqual(['a', 'b', 'c', 'd', 'e']);
    // The mark of a transaction is written behind the answer to its end: before or behind what is said next.
    const [first, ...others] = heard.offsets;
    expect(first).toBe(0);
    expect(others.every((offset, n) => offset > (heard.offsets[n] as number))).toBe(true);
    expect(others.at(-1)).toBeGreaterThan(heard.values.length);

    const later = new Heard();
    await fetcher.attach(topic, 0, '2', later);
    await later.until(() => later.next === heard.next);
    expect(later.values).toEqual(['c', 'd', 'e']);
  });

  it('begins with a partition, or further back, while the broker holds a fetch for others', async () => {
    const client = clientOf(kafka());
    const topic = await topicOf(client, { numPartitions: 4, replicationFactor: 1 });
    const producer = await producerOf(client);
    const places = [0, 1, 2, 3];
    await producer.send({ topic, messages: places.map((partition) => ({ partition, value: String(partition) })) });
    const fetcher = fetcherOf(kafka().brokers);
    for (const partition of places) {
      for (const listener of [new Heard(), new Heard()]) {
        await fetcher.attach(topic, partition, '0', listener);
        await listener.until(() => listener.values.length > 0);
        expect(listener.values).toEqual([String(partition)]);
        // By then nothing has come for so long that the broker holds what it is asked.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
    // Whoever waited until a fetch is over would wait for half a minute in all.
  }, 20_000);

  it('tells whoever reads what was deleted meanwhile where it goes on, though nothing comes', async () => {
    const client = clientOf(kafka());
    const topic = await topicOf(client, { numPartitions: 1, replicationFactor: 1 });
    const producer = await producerOf(client);
    await producer.send({ topic, messages: ['a', 'b', 'c'].map((value) => ({ partition: 0, value })) });
    const admin = await connected(client.admin());
    // It deletes nothing of a topic that it was not asked about before.
    await admin.fetchTopicOffsets(topic);
    const heard = new Heard();
    heard.full = true;
    const fetcher = fetcherOf(kafka().brokers);
    expect(await fetcher.attach(topic, 0, undefined, heard)).toMatchObject({ from: 0n, end: 3n });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    heard.full = false;
    fetcher.flow();
    await heard.until(() => heard.next >= 0);
    expect(heard).toMatchObject({ next: 3, end: 3, values: [] });
  });

  it('tells whoever still listens that it is closed', async () => {
    const topic = await topicOf(clientOf(kafka()), { numPartitions: 1, replicationFactor: 1 });
    const heard = new Heard();
    const fetcher = fetcherOf(kafka().brokers);
    await fetcher.attach(topic, 0, undefined, heard);
    await fetcher.close();
    expect(heard.values).toEqual(['failed: Error: the bus is closed']);
  });

  it('reads on over what a topic that is compacted has no more', async () => {
    const client = clientOf(kafka());
    const admin = await connected(client.admin());
    // The cleaner looks every fifteen seconds otherwise.
    const { brokers } = await admin.describeCluster();
    const configure = (configEntries: { name: string; value: string }[]): Promise<void> =>
      admin.alterConfigs({
        validateOnly: false,
        resources: brokers.map(({ nodeId }) => ({
          ...{ type: kafkajs.ConfigResourceTypes.BROKER, name: String(nodeId), configEntries },
        })),
      });
    await configure([{ name: 'log.cleaner.backoff.ms', value: '100' }]);
    closing.push(() => configure([]));
    const topic = await topicOf(client, {
      ...{ numPartitions: 1, replicationFactor: 1 },
      configEntries: Object.entries({
        'cleanup.policy': 'compact',
        'segment.ms': '50',
        'min.cleanable.dirty.ratio': '0.001',
        'delete.retention.ms': '0',
      }).map(([name, value]) => ({ name, value })),
    });
    // Batches of an idempotent producer are kept when nothing is left of them: they say how far it has numbered.
    const producer = await producerOf(client, { idempotent: true, maxInFlightRequests: 1 });
    const others = await producerOf(client);
    const send = (by: typeof producer, ...messages: readonly Message[]) =>
      by.send({ topic, messages: messages.map((message) => ({ ...message, partition: 0 })) });
    await send(producer, { key: 'x', value: '1' }, { key: 'y', value: '1' }, { key: 'x', value: '2' });
    await send(producer, { key: 'x', value: '3' }, { key: 'y', value: '2' });
    let sent = 5;
    const fetcher = fetcherOf(kafka().brokers);
    const readAll = async (): Promise<Heard> => {
      const heard = new Heard();
      const attachment = await fetcher.attach(topic, 0, '0', heard);
      await heard.until(() => heard.next >= Number(attachment.end));
      attachment.detach();
      return heard;
    };
    let heard: Heard;
    // Each further message closes the segment before it, which may then be cleaned.
    do {
      await send(others, { key: 'x', value: String(sent) }, { key: 'y', value: String(sent) });
      sent += 2;
      await new Promise((resolve) => setTimeout(resolve, 100));
      heard = await readAll();
    } while (heard.offsets.includes(0) || heard.offsets.includes(4));
    expect(heard.offsets.length).toBeLessThan(sent);
    expect(heard.offsets).toEqual([...heard.offsets].sort((a, b) => a - b));
    expect(heard.next).toBe(sent);
    expect(heard.values.slice(-2)).toEqual([String(sent - 2), String(sent - 2)]);
  });
}

/** A cluster of two, and a topic of which each leads one partition that the other has no copy of. */
class TwoBrokers {
  private constructor(
    private readonly folder: string,
    readonly first: LocalKafka,
    readonly second: LocalKafka,
    private readonly producer: Producer,
    readonly topic: string,
  ) {}

  static async start(): Promise<TwoBrokers> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-two-brokers-'));
    const first = await startKafka({ dir: path.join(folder, 'first') });
    const second = await startKafka({ dir: path.join(folder, 'second'), joins: path.join(folder, 'first') });
    const client = clientOf(first);
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const topic = await topicOf(client, {
      replicaAssignment: [
        { partition: 0, replicas: [1] },
        { partition: 1, replicas: [2] },
      ],
    });
    return new TwoBrokers(folder, first, second, producer, topic);
  }

  async say(partition: number, value: string): Promise<void> {
    await this.producer.send({ topic: this.topic, messages: [{ partition, value }] });
  }

  async stop(): Promise<void> {
    await this.producer.disconnect();
    await this.second.stop();
    await this.first.stop();
    await fs.rm(this.folder, { recursive: true, force: true });
  }
}

/** Partitions of brokers that go away. They are started here. */
export function leaderlessPartitionSuite(): void {
  it('reads and sends what has a leader while other partitions have none, and those when their broker is back', async () => {
    const brokers = await TwoBrokers.start();
    const { first, second, topic } = brokers;
    const say = brokers.say.bind(brokers);
    const failures: unknown[] = [];
    const connection = { brokers: first.brokers, clientId: 'test', log: () => undefined };
    const topics = new PlainTopics(connection, (error) => failures.push(error));
    const fetchers: TopicFetcher[] = [];
    const fetcherOf = (): TopicFetcher => {
      const fetcher = new TopicFetcher({ connection, onFatal: (error) => failures.push(error) });
      fetchers.push(fetcher);
      return fetcher;
    };
    try {
      const [here, there] = [new Heard(), new Heard()];
      const fetcher = fetcherOf();
      await Promise.all([fetcher.attach(topic, 0, undefined, here), fetcher.attach(topic, 1, undefined, there)]);
      await say(0, 'a');
      await say(1, 'b');
      await Promise.all([here.until(() => here.values.length === 1), there.until(() => there.values.length === 1)]);

      await second.kill();
      await say(0, 'c');
      await here.until(() => here.values.length === 2);
      // From here on nobody leads the other partition.
      await leaderless(first, topic);
      await say(0, 'd');
      await here.until(() => here.values.length === 3);
      const [newHere, newThere] = [new Heard(), new Heard()];
      const another = fetcherOf();
      let attached = false;
      const waiting: Promise<Attachment> = another.attach(topic, 1, undefined, newThere);
      void waiting.then(() => (attached = true));
      await another.attach(topic, 0, undefined, newHere);
      await newHere.until(() => newHere.values.length === 3);
      expect(newHere.values).toEqual(['a', 'c', 'd']);
      expect(attached).toBe(false);
      // What is sent to the one waits for its leader, in order, and nothing else waits for that.
      const sent: string[] = [];
      const send = (partition: number, value: string): Promise<void> =>
        topics.send([{ topic, partition, key: 'k', value }]).then(() => void sent.push(value));
      const held = [send(1, 'e'), send(1, 'f')];
      await Promise.all(['g', 'h'].map((value) => send(0, value)));
      await send(0, 'i');
      expect(sent).toEqual(['g', 'h', 'i']);

      await second.restart();
      await waiting;
      await Promise.all(held);
      await Promise.all([here, newHere].map((heard) => heard.until(() => heard.values.length === 6)));
      await Promise.all([there, newThere].map((heard) => heard.until(() => heard.values.length === 3)));
      const hereAll = ['a', 'c', 'd', 'g', 'h', 'i'];
      const thereAll = ['b', 'e', 'f'];
      expect([here, newHere, there, newThere].map(({ values }) => values)).toEqual([
        ...[hereAll, hereAll],
        ...[thereAll, thereAll],
      ]);
      expect(failures).toEqual([]);
    } finally {
      for (const fetcher of fetchers) await fetcher.close();
      await topics.close();
      await brokers.stop();
    }
  }, 180_000);
}

/** A broker that takes connections and says nothing. It is started here. */
export function silentBrokerSuite(): void {
  it('reads what the others lead while a broker is silent, with the client that it has, and goes on when it speaks', async () => {
    const brokers = await TwoBrokers.start();
    const { first, second, topic } = brokers;
    const say = brokers.say.bind(brokers);
    const failures: unknown[] = [];
    const [here, there] = [new Heard(), new Heard()];
    const log = (_level: string, _message: string, { partition, refusal }: Readonly<Record<string, unknown>>): void => {
      if (partition === 1) there.values.push(`rests: ${String(refusal)}`);
    };
    const connection = { brokers: first.brokers, clientId: 'test', log };
    const fetcher = new TopicFetcher({ connection, onFatal: (error) => failures.push(error) });
    try {
      await Promise.all([fetcher.attach(topic, 0, undefined, here), fetcher.attach(topic, 1, undefined, there)]);
      await say(1, 'a');
      await there.until(() => there.values.length === 1);
      second.hang();
      let spoken = 0;
      while (there.values.length === 1) {
        spoken += 1;
        await say(0, String(spoken));
        await here.until(() => here.values.length === spoken);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      // Not for want of a leader, which is what a new client would find.
      expect(there.values[1]).toBe('rests: KafkaJSRequestTimeoutError');
      second.goOn();
      while (!there.values.includes('b')) {
        await say(1, 'b').catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect(failures).toEqual([]);
    } finally {
      second.goOn();
      await fetcher.close();
      await brokers.stop();
    }
  }, 180_000);
}

/** Until the cluster itself says so, which it does by refusing every question for the leaders of the topic. */
async function leaderless({ brokers }: LocalKafka, topic: string): Promise<void> {
  const kafka = new kafkajs.Kafka({
    ...{ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 } },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    while ((await refusalOf(admin.fetchTopicMetadata({ topics: [topic] }))) !== NO_LEADER) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await admin.disconnect();
  }
}

const NO_LEADER = 'LEADER_NOT_AVAILABLE';

/** The name of the code that a broker answered, also of an error that says how often it was asked. */
const refusalOf = (asked: Promise<unknown>): Promise<string | undefined> =>
  asked.then(
    () => undefined,
    (error: { readonly type?: string; readonly cause?: { readonly type?: string } }) => error.type ?? error.cause?.type,
  );
