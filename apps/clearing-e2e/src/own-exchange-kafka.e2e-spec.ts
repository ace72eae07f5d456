import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createDatabase, discard, testServer } from '@ballast/event-log/testing';
import { BallastClient } from '@ballast/exchange-client';
import { createDatabaseOf, gatewayDatabase, GATEWAYS, PROCESSES_WITHOUT_EXCHANGE } from '@ballast/local-stack';
import { describeWithKafka } from '@ballast/messaging/local-kafka';
import { REPOSITORY } from './ballast-process.js';
import { expectCleared, expectSound } from './cleared-hour.js';
import { DistributedHouse, withFreePorts } from './distributed-house.js';
import { OwnExchange } from './own-exchange.js';

const PARTITIONS = 2;
const BEGIN = Date.parse('2020-03-12T10:00:00Z');
const MINUTES = 60;
/** Who is killed behind which minute; accounts and margin while somebody is closed out. */
const KILLED_BEHIND: ReadonlyMap<number, string> = new Map([
  [8, 'gateway-1'],
  [16, 'pricing'],
  [25, 'broker'],
  [33, 'exchange'],
  [42, 'accounts'],
  [44, 'margin-1'],
  [46, 'liquidation'],
]);
/** One of each: who takes over from whom is the matter of other suites. */
const PROCESSES = [...PROCESSES_WITHOUT_EXCHANGE, ...GATEWAYS].filter(
  ({ name }) => !['margin-2', 'gateway-2'].includes(name),
);

const PYTHON = path.join(REPOSITORY, '.data/connector/bin/python');
const installed = existsSync(PYTHON);
if (!installed)
  process.stderr.write(`*** the connector in Python is NOT run over Kafka: run tools/connector/install.sh\n`);

/** A distributed composition without an exchange, and what belongs to it. */
class House {
  readonly prefix = `hour-${randomUUID().slice(0, 8)}.`;
  readonly processes: DistributedHouse;

  private constructor(
    private readonly server: Awaited<ReturnType<typeof testServer>>,
    processes: (prefix: string) => DistributedHouse,
  ) {
    this.processes = processes(this.prefix);
  }

  static async start(brokers: readonly string[]): Promise<House> {
    const server = await testServer();
    const { connection } = await createDatabase(server);
    const free = await withFreePorts(PROCESSES);
    const house = new House(server, (prefix) => {
      const environment = { TOPIC_PREFIX: prefix, SESSION_TIMEOUT_MS: '6000' };
      return new DistributedHouse(brokers, connection, PARTITIONS, environment, free, 'live');
    });
    await createDatabaseOf(gatewayDatabase(house.processes.databaseUrl));
    await house.processes.start((name) => name !== 'gateway-1');
    return house;
  }

  get url(): string {
    return this.processes.addressOf('gateway-1');
  }

  async audit(): Promise<void> {
    await this.processes.stop();
    await expectSound(['--database-url', this.processes.databaseUrl]);
  }

  async close(): Promise<void> {
    await this.processes.stop();
    await discard(this.server);
  }
}

await describeWithKafka('exchanges that nobody simulates, in front of the distributed composition', (kafka) => {
  /** @param minute that is over */
  async function killBehind(house: House, minute: number): Promise<void> {
    const name = KILLED_BEHIND.get(minute);
    if (name === 'broker') {
      await kafka().kill();
      await kafka().restart();
    } else if (name !== undefined) house.processes.kill(name);
  }

  async function clearInTypeScript(house: House): Promise<object> {
    const exchange = await OwnExchange.over(new BallastClient({ url: house.url }));
    await exchange.play(BEGIN, MINUTES, (minute) => killBehind(house, minute));
    return exchange.report();
  }

  /** The connector sends over Kafka and asks over REST. */
  async function clearInPython(house: House): Promise<object> {
    const script = path.join(REPOSITORY, 'tools/connector/clear_an_hour.py');
    const over = ['--brokers', kafka().brokers.join(','), '--topic-prefix', house.prefix];
    const python = spawn(PYTHON, [script, '--url', house.url, ...over], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    python.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const ended = once(python, 'close');
    const said: string[] = [];
    for await (const line of createInterface(python.stderr)) {
      const minute = /^minute (\d+)$/.exec(line)?.[1];
      if (minute === undefined) said.push(line);
      else await killBehind(house, Number(minute));
    }
    // librdkafka tells of the broker that was away. What the exchange reports stands there to be read beside a failure.
    expect({ code: (await ended)[0] as unknown, said: said.filter((line) => !line.startsWith('%')), stdout }).toEqual({
      code: 0,
      said: [],
      stdout,
    });
    return JSON.parse(stdout) as object;
  }

  const clients = { TypeScript: clearInTypeScript, ...(installed && { Python: clearInPython }) };

  it.each(Object.entries(clients))(
    'with a client in %s are cleared for an hour of the crash, over kill -9 of the broker and of one process of each kind, and leave sound logs',
    async (_language, clear) => {
      const house = await House.start(kafka().brokers);
      try {
        expectCleared(await clear(house));
        await house.audit();
      } catch (error) {
        throw new Error(`${(error as Error).message}\n--- output of the processes\n${house.processes.output}`, {
          cause: error,
        });
      } finally {
        await house.close();
      }
    },
  );
});
