import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { kafkaAvailability, kafkaCommand } from './kafka-installation.js';

const run = promisify(execFile);

export interface LocalKafka {
  readonly brokers: readonly string[];
  /** Where it takes only those who know its guard; undefined without one. */
  readonly guarded: string | undefined;
  /** Ends it in order; its data is removed unless a folder was given. */
  stop(): Promise<void>;
  /** Ends it as a power failure would. */
  kill(): Promise<void>;
  /** Stops it as it is: its connections stay, and nothing is answered. */
  hang(): void;
  /** Lets it go on after `hang`. */
  goOn(): void;
  /** Brings it back after `kill`, at the same address, with what it had stored. */
  restart(): Promise<void>;
}

export interface LocalKafkaOptions {
  /** Where its data, ports and log file live; a temporary folder when absent. */
  readonly dir?: string;
  /** Port for clients; any free one when absent. */
  readonly port?: number;
  /** Folder of a broker that was started here: this one is a further broker of its cluster. */
  readonly joins?: string;
  /** A further listener that speaks TLS only and asks who is there. */
  readonly guard?: KafkaGuard;
}

/** What one who comes to a guarded listener has to trust and to show. */
export interface KafkaGuard {
  /** PEM file with the key and the certificate of the broker. */
  readonly keystore: string;
  /** One who may come, by SCRAM-SHA-512. */
  readonly username: string;
  readonly password: string;
}

/**
 * Starts Apache Kafka as this machine can: brokers that run already, the Maven artifacts on Java, or Docker Compose.
 * @throws Error that names everything that is missing
 */
export async function startKafka(options: LocalKafkaOptions = {}): Promise<LocalKafka> {
  const availability = await kafkaAvailability();
  switch (availability.how) {
    case 'brokers':
      return externalKafka();
    case 'artifacts':
      return artifactKafka(options);
    case 'compose':
      return composeKafka();
    case 'none':
      throw new Error(`no Apache Kafka here: ${availability.why}`);
  }
}

const notHung = {
  hang: (): void => {
    throw new Error('only a broker whose process was started here can be stopped as it is');
  },
  goOn: (): void => undefined,
};

async function externalKafka(): Promise<LocalKafka> {
  const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
  await answering(brokers, 30_000);
  return {
    brokers,
    guarded: undefined,
    stop: async () => undefined,
    kill: () => Promise.reject(new Error('brokers named by KAFKA_BROKERS were not started here and are not killed')),
    restart: () => Promise.reject(new Error('brokers named by KAFKA_BROKERS were not started here')),
    ...notHung,
  };
}

const COMPOSE_BROKER = '127.0.0.1:9092';

async function composeKafka(): Promise<LocalKafka> {
  const compose = (...args: string[]): Promise<unknown> => run('docker', ['compose', ...args]);
  await compose('up', '--detach', '--wait', 'kafka');
  await answering([COMPOSE_BROKER], 60_000);
  return {
    brokers: [COMPOSE_BROKER],
    guarded: undefined,
    stop: async () => void (await compose('stop', 'kafka')),
    kill: async () => void (await compose('kill', 'kafka')),
    restart: async () => void (await compose('up', '--detach', '--wait', 'kafka')),
    ...notHung,
  };
}

const START_WITHIN_MS = 120_000;

/** The first node is broker and controller, a further one only broker. */
const properties = (
  port: number,
  controllerPort: number,
  data: string,
  isFirst: boolean,
  guarded: GuardedListener | undefined,
): string => `process.roles=${isFirst ? 'broker,controller' : 'broker'}
node.id=${isFirst ? 1 : 2}
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port}${isFirst ? `,CONTROLLER://127.0.0.1:${controllerPort}` : ''}${
  guarded === undefined ? '' : `,SASL_SSL://127.0.0.1:${guarded.port}`
}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}${guarded === undefined ? '' : `,SASL_SSL://127.0.0.1:${guarded.port}`}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=PLAINTEXT
${guarded === undefined ? '' : guardProperties(guarded.keystore)}log.dirs=${data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
`;

interface GuardedListener {
  readonly port: number;
  readonly keystore: string;
}

const guardProperties = (keystore: string): string => `listener.name.sasl_ssl.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.ssl.keystore.type=PEM
listener.name.sasl_ssl.ssl.keystore.location=${keystore}
`;

async function artifactKafka({ dir, port, joins, guard }: LocalKafkaOptions): Promise<LocalKafka> {
  const folder = dir ?? (await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-kafka-')));
  await fs.mkdir(folder, { recursive: true });
  const config = path.join(folder, 'server.properties');
  const isNew = await fs.access(config).then(
    () => false,
    () => true,
  );
  if (isNew) {
    const [any, free, further] = await freePorts(3);
    const guarded = guard && { port: further as number, keystore: guard.keystore };
    const controller = joins === undefined ? (free as number) : await controllerPortOf(joins);
    const data = path.join(folder, 'data');
    await fs.writeFile(config, properties(port ?? (any as number), controller, data, joins === undefined, guarded));
  }
  const advertised = /^advertised\.listeners=.*$/m.exec(await fs.readFile(config, 'utf8'))?.[0] ?? '';
  const listener = (name: string): string | undefined =>
    new RegExp(`[=,]${name}://(127\\.0\\.0\\.1:\\d+)`).exec(advertised)?.[1];
  const broker = listener('PLAINTEXT') as string;
  if (!(await formatted(folder))) {
    const [command, ...args] = await kafkaCommand();
    const cluster =
      joins === undefined
        ? ['-t', clusterId(), '--standalone']
        : ['-t', await clusterIdOf(joins), '--no-initial-controllers'];
    const known =
      guard === undefined ? [] : ['--add-scram', `SCRAM-SHA-512=[name=${guard.username},password=${guard.password}]`];
    await run(command, [...args, 'kafka.tools.StorageTool', 'format', '-c', config, ...cluster, ...known]);
  }
  const command = await kafkaCommand('-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1');
  const logFile = path.join(folder, 'kafka.log');
  const launch = async (): Promise<Supervised> => {
    const started = await supervised([...command, 'kafka.Kafka', config], logFile);
    try {
      await Promise.race([
        answering([broker], START_WITHIN_MS),
        started.ended.then(async () => {
          throw new Error(`Kafka ended while it started; the end of its log:\n${await tail(logFile)}`);
        }),
      ]);
    } catch (error) {
      await started.signal('SIGKILL');
      throw error;
    }
    return started;
  };
  let server = await launch();
  return {
    brokers: [broker],
    guarded: listener('SASL_SSL'),
    stop: async () => {
      await server.signal('SIGTERM');
      if (dir === undefined) await fs.rm(folder, { recursive: true, force: true });
    },
    kill: () => server.signal('SIGKILL'),
    hang: () => server.send('SIGSTOP'),
    goOn: () => server.send('SIGCONT'),
    restart: async () => {
      await server.signal('SIGKILL');
      server = await launch();
    },
  };
}

/** 16 random bytes as Kafka writes them, never with a dash in front, which would look like an option. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

const written = async (file: string, pattern: RegExp): Promise<string> => {
  const found = pattern.exec(await fs.readFile(file, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${file} does not say ${pattern.source}`);
  return found;
};

const controllerPortOf = async (folder: string): Promise<number> =>
  Number(await written(path.join(folder, 'server.properties'), /^controller\.quorum\.bootstrap\.servers=.*:(\d+)$/m));

const clusterIdOf = (folder: string): Promise<string> =>
  written(path.join(folder, 'data', 'meta.properties'), /^cluster\.id=(.+)$/m);

const formatted = (folder: string): Promise<boolean> =>
  fs.access(path.join(folder, 'data', 'meta.properties')).then(
    () => true,
    () => false,
  );

const tail = async (file: string): Promise<string> =>
  (await fs.readFile(file, 'utf8').catch(() => '')).split('\n').slice(-30).join('\n');

interface Supervised {
  readonly ended: Promise<void>;
  send(name: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Runs a command that dies with this process, however this process dies: the shell around it waits for the end of a
 * pipe that only this process holds.
 */
async function supervised(command: readonly string[], logFile: string): Promise<Supervised> {
  const script = `log=$1; shift; exec 3<&0; "$@" </dev/null 3<&- >>"$log" 2>&1 & child=$!; echo $child
    (cat <&3 >/dev/null; kill -9 $child 2>/dev/null) & watcher=$!
    exec 1>&-; wait $child; kill $watcher 2>/dev/null; exit 0`;
  const shell = spawn('/bin/sh', ['-c', script, 'sh', logFile, ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own: Ctrl-C ends the process that started it, which then ends this one in order.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  const pid = await new Promise<number>((resolve, reject) => {
    shell.once('error', reject);
    shell.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())));
  });
  const send = (name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended already.
    }
  };
  return {
    ended,
    send,
    signal: async (name) => {
      send(name);
      await ended;
    },
  };
}

/** Resolves when the brokers answer as a cluster with a controller. */
async function answering(brokers: readonly string[], withinMs: number): Promise<void> {
  const kafka = new kafkajs.Kafka({
    clientId: 'ballast-local-kafka',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  });
  const deadline = Date.now() + withinMs;
  for (;;) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      const { brokers: found } = await admin.describeCluster();
      if (found.length > 0) return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`no Kafka answers at ${brokers.join(', ')} within ${withinMs} ms`, { cause: error });
      }
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ports that nobody listens on at this moment. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve, reject) => {
          const server = net.createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
