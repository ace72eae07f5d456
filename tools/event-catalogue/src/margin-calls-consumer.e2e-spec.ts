import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { encodeLogEvent, encodeMessage, topicOf } from '@ballast/contracts';
import { EMPTY_HEAD, seal, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { kafkaAvailability, startKafka, type LocalKafka } from '@ballast/messaging/local-kafka';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const example = path.join(root, 'libs/contracts/examples/margin-calls-consumer.mjs');
const IDLE_SECONDS = '2';
const START_WITHIN_MS = 180_000;

const golden = (type: string): LogEntry => {
  const file = path.join(root, 'libs/contracts/src/golden/margin', `${type}.v1.json`);
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly entry: LogEntry }).entry;
};

/** One partition of the margin log, made of golden events. A type without a golden event is one of the future. */
function marginLog(partition: number, types: readonly string[]): readonly SealedEvent[] {
  let chain: Buffer = EMPTY_HEAD;
  return types.map((type, index) => {
    const known = type === 'MarginCallForgiven' ? { ...golden('MarginCallMet'), type } : golden(type);
    const sealed = seal({ ...known, partition, position: index + 1 }, chain);
    chain = sealed.chain;
    return sealed;
  });
}

interface Run {
  readonly status: number;
  /** `<partition>#<position> <type>` */
  readonly printed: readonly string[];
  readonly stderr: string;
}

const { available, why } = await kafkaAvailability();
const runs = available || process.env.CI === 'true';
if (!runs) process.stderr.write(`\n*** NOT RUN: the example consumer needs Apache Kafka. ${why}\n\n`);

(runs ? describe : describe.skip)('the example consumer of margin calls', () => {
  let kafka: LocalKafka;
  let client: Kafka;
  let producer: Producer;
  let folder: string;
  // Topics of its own for every test: the brokers may be somebody's.
  let prefix: string;
  let topic: string;
  let count = 0;

  beforeAll(async () => {
    // The consumer runs as another team runs it: on the compiled package.
    const packages = ['libs/kernel', 'libs/event-sourcing', 'libs/domain/facts', 'libs/contracts'];
    execFileSync(process.execPath, ['tools/build.mjs', ...packages], { cwd: root });
    kafka = await startKafka();
    client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
    producer = client.producer();
    await producer.connect();
  }, START_WITHIN_MS);
  afterAll(async () => {
    await producer.disconnect();
    await kafka.stop();
  });

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'margin-calls-'));
    prefix = `consumer-${process.pid}-${++count}.`;
    topic = `${prefix}${topicOf('margin', 0).topic}`;
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2 }] });
    await admin.disconnect();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const publish = async (events: readonly SealedEvent[], incarnation = 'first'): Promise<void> => {
    for (const event of events) {
      const { partition, key, value, headers } = encodeMessage(event, { incarnation });
      await producer.send({ topic, acks: -1, messages: [{ partition, key, value, headers }] });
    }
  };

  const consume = (env: Readonly<Record<string, string>> = {}, args = ['--from-beginning']): Promise<Run> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        [example, ...args, '--until-idle', IDLE_SECONDS],
        {
          env: {
            PATH: process.env.PATH,
            TOPIC_PREFIX: prefix,
            KAFKA_BROKERS: kafka.brokers.join(','),
            CURSOR_FILE: path.join(folder, 'cursors.json'),
            ...env,
          },
        },
        (error, stdout, stderr) => {
          const printed = [...stdout.matchAll(/ margin\/(\d+#\d+ \w+) /g)].map(([, line]) => line as string).sort();
          resolve({ status: error === null ? 0 : Number(error.code), printed, stderr });
        },
      );
    });

  it('prints calls, met calls and liquidations of all partitions and passes over everything else', async () => {
    await publish(marginLog(0, ['MarginRunCompleted', 'MarginCallIssued', 'MarginCallMet']));
    await publish(marginLog(1, ['MarginCallIssued', 'MarginCallForgiven', 'LiquidationTriggered']));
    const { status, printed, stderr } = await consume();
    expect(printed).toEqual([
      '0#2 MarginCallIssued',
      '0#3 MarginCallMet',
      '1#1 MarginCallIssued',
      '1#3 LiquidationTriggered',
    ]);
    expect(stderr).toContain('margin/1#2: MarginCallForgiven v1 is not known here');
    expect(status).toBe(0);
  });

  it('goes on where it stopped, and prints nothing twice however often it is delivered', async () => {
    const log = marginLog(0, ['MarginCallIssued', 'MarginCallMet', 'MarginCallIssued', 'MarginCallMet']);
    await publish(log.slice(0, 2));
    expect((await consume()).printed).toEqual(['0#1 MarginCallIssued', '0#2 MarginCallMet']);
    await publish([...log.slice(1, 3), ...log.slice(0, 4)]);
    const { status, printed, stderr } = await consume();
    expect(printed).toEqual(['0#3 MarginCallIssued', '0#4 MarginCallMet']);
    expect(stderr).toContain('"duplicates":4');
    expect(status).toBe(0);
  });

  it('begins with the next event when it is not asked for history', async () => {
    const log = marginLog(0, ['MarginCallIssued', 'MarginCallMet', 'LiquidationTriggered']);
    await publish(log.slice(0, 2));
    expect((await consume({}, [])).printed).toEqual([]);
    await publish(log.slice(2));
    expect((await consume({}, [])).printed).toEqual(['0#3 LiquidationTriggered']);
  });

  it('fetches a hole from the log, and stops only that partition when it cannot', async () => {
    const log = marginLog(0, ['MarginCallIssued', 'MarginCallMet', 'MarginCallIssued', 'MarginCallMet']);
    await publish([log[0] as SealedEvent, log[3] as SealedEvent]);
    await publish(marginLog(1, ['LiquidationTriggered']));
    const alone = await consume();
    expect(alone.printed).toEqual(['0#1 MarginCallIssued', '1#1 LiquidationTriggered']);
    expect(alone.stderr).toContain('margin/0 stopped: positions 2 to 3 are missing');
    expect(alone.status).toBe(1);

    const server = http.createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url as string, 'http://localhost');
      const after = Number(searchParams.get('after'));
      const items = pathname === '/logs/margin/0' ? log.slice(after, after + 1).map(encodeLogEvent) : [];
      response.end(JSON.stringify({ incarnation: 'first', items }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const helped = await consume({ BALLAST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await new Promise((resolve) => server.close(resolve));
    expect(helped.printed).toEqual(['0#2 MarginCallMet', '0#3 MarginCallIssued', '0#4 MarginCallMet']);
    expect(helped.status).toBe(0);
  });

  it('stops when the log was restored, or when a message was altered', async () => {
    const log = marginLog(0, ['MarginCallIssued', 'MarginCallMet']);
    await publish(log.slice(0, 1));
    await publish(log.slice(1), 'second');
    const altered = encodeMessage(marginLog(1, ['MarginCallIssued'])[0] as SealedEvent, { incarnation: 'first' });
    await producer.send({
      topic,
      messages: [{ ...altered, headers: { ...altered.headers }, value: altered.value.replace('133.91', '1.00') }],
    });
    const { status, printed, stderr } = await consume();
    expect(printed).toEqual(['0#1 MarginCallIssued']);
    expect(stderr).toContain('margin/0 stopped: the log was restored or altered at position 2');
    expect(stderr).toContain('margin/1 stopped: value has SHA-256');
    expect(status).toBe(1);
  });
});
