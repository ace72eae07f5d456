import fs from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { DirectoryLock, EmbeddedServer } from '@ballast/event-log';
import { startKafka } from '@ballast/messaging/local-kafka';
import { ServiceProcess } from './service-process.js';

/** One process of the distributed composition. */
export interface StackProcess {
  readonly name: string;
  /** Folder under `apps`; its compiled `main.js` is run. */
  readonly app: string;
  /** Log that the other services read from it; a gateway keeps none. */
  readonly serves: 'accounts' | 'pricing' | 'margin' | 'liquidation' | 'exchange' | 'gateway';
  readonly port: number;
}

/** Everything that decides, in the order in which it is started; the exchange last, because it sets the rest in motion. */
export const PROCESSES: readonly StackProcess[] = [
  { name: 'accounts', app: 'accounts', serves: 'accounts', port: 7101 },
  { name: 'pricing', app: 'pricing', serves: 'pricing', port: 7102 },
  { name: 'margin-1', app: 'margin', serves: 'margin', port: 7103 },
  { name: 'margin-2', app: 'margin', serves: 'margin', port: 7113 },
  { name: 'liquidation', app: 'liquidation', serves: 'liquidation', port: 7104 },
  { name: 'exchange', app: 'exchange-simulator', serves: 'exchange', port: 7105 },
];

/** The same without the simulated exchange: one outside sends its messages to the intake. */
export const PROCESSES_WITHOUT_EXCHANGE: readonly StackProcess[] = PROCESSES.map((each) =>
  each.serves === 'exchange' ? { ...each, app: 'exchange-intake' } : each,
);

/** What stands in front of it for people and programs. */
export const GATEWAYS: readonly StackProcess[] = [
  { name: 'gateway-1', app: 'gateway', serves: 'gateway', port: 7100 },
  { name: 'gateway-2', app: 'gateway', serves: 'gateway', port: 7110 },
];

export interface StackOptions {
  /** Root of the work tree. */
  readonly root: string;
  /** Where Kafka's and PostgreSQL's data live. */
  readonly dataDirectory: string;
  readonly partitions: number;
  readonly mode: 'live' | 'lockstep';
  /** An operator's PostgreSQL; an embedded one when absent. */
  readonly databaseUrl?: string;
  readonly processes?: readonly StackProcess[];
  /** For every process, besides what the stack tells it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For Node itself, before the program, such as `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
  /** Gives the start up; what runs by then is ended in order. */
  readonly signal?: AbortSignal;
  readonly write: (line: string) => void;
  /** A process ended by itself: the stack is no longer whole. */
  readonly onUnexpectedEnd: (sentence: string) => void;
}

export interface Stack {
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly addresses: ReadonlyMap<string, string>;
  /** By name. */
  readonly pids: ReadonlyMap<string, number>;
  /** Ends the processes in order, then Kafka and PostgreSQL. */
  stop(): Promise<void>;
  /** Ends the processes at once; Kafka and PostgreSQL in order, for the sake of their data. */
  kill(): void;
}

const READY_WITHIN_MS = 120_000;
const HOST = '127.0.0.1';
const addressOf = ({ port }: StackProcess): string => `http://${HOST}:${port}`;
const mainOf = (root: string, { app }: StackProcess): string => path.join(root, 'apps', app, 'dist', 'main.js');

/** Where each log can be read: `accounts=http://...`; every process that serves it. */
export const peersOf = (processes: readonly StackProcess[]): string =>
  processes
    .filter(({ serves }) => serves !== 'gateway')
    .map((each) => `${each.serves}=${addressOf(each)}`)
    .join(',');

/** The gateways' own database, beside that of the services. */
export function gatewayDatabase(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `${url.pathname}_gateway`;
  return url.href;
}

/** What a process is told by its environment. */
export function environmentOf(
  process: StackProcess,
  processes: readonly StackProcess[],
  { databaseUrl, brokers }: Pick<Stack, 'databaseUrl' | 'brokers'>,
  { partitions, mode }: Pick<StackOptions, 'partitions' | 'mode'>,
): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: process.serves === 'gateway' ? gatewayDatabase(databaseUrl) : databaseUrl,
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_REPLICATION: '1',
    PARTITIONS: String(partitions),
    BALLAST_MODE: mode,
    HOST,
    PORT: String(process.port),
    PEERS: peersOf(processes.filter(({ serves }) => serves !== process.serves)),
    WORKER: process.name,
  };
}

/** Starts brokers, database and every service, and waits until all of them are ready. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { root, dataDirectory, write, onUnexpectedEnd, signal, processes = [...PROCESSES, ...GATEWAYS] } = options;
  await assertBuilt(root, processes);
  await fs.mkdir(dataDirectory, { recursive: true });
  const ending: (() => Promise<void>)[] = [];
  const running: ServiceProcess[] = [];
  const stop = async (): Promise<void> => {
    // The exchange first, so that nothing new comes while the others drain.
    for (const each of running.splice(0).reverse()) await each.stop();
    for (const end of ending.splice(0).reverse()) await end();
  };
  try {
    // A second broker on the same files would be answered for by the first.
    const lock = await DirectoryLock.acquire(dataDirectory);
    ending.push(() => lock.release());
    signal?.throwIfAborted();
    write('Kafka ...');
    const kafka = await startKafka({ dir: path.join(dataDirectory, 'kafka') });
    ending.push(() => kafka.stop());
    write(`Kafka at ${kafka.brokers.join(', ')}`);
    const { databaseUrl, end } = await database(options);
    ending.push(end);
    if (processes.some(({ serves }) => serves === 'gateway')) await createDatabaseOf(gatewayDatabase(databaseUrl));
    write('PostgreSQL is ready');
    signal?.throwIfAborted();
    for (const each of processes) {
      const started = new ServiceProcess({
        name: each.name,
        command: [process.execPath, ...(options.nodeArguments ?? []), mainOf(root, each)],
        cwd: root,
        environment: {
          ...environmentOf(each, processes, { databaseUrl, brokers: kafka.brokers }, options),
          ...options.environment,
        },
        readyUrl: `${addressOf(each)}/health/ready`,
        write,
        onUnexpectedEnd,
      });
      running.push(started);
    }
    await Promise.all(running.map((each) => each.ready(READY_WITHIN_MS, signal)));
    return {
      brokers: kafka.brokers,
      databaseUrl,
      addresses: new Map(processes.map((each) => [each.name, addressOf(each)])),
      pids: new Map(running.map((each, index) => [processes[index]?.name ?? '', each.pid ?? 0])),
      stop,
      kill: () => running.forEach((each) => each.kill()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function database({
  databaseUrl,
  dataDirectory,
  write,
}: StackOptions): Promise<{ readonly databaseUrl: string; readonly end: () => Promise<void> }> {
  if (databaseUrl !== undefined) return { databaseUrl, end: async () => undefined };
  const server = await EmbeddedServer.start({
    dataDirectory: path.join(dataDirectory, 'postgres'),
    onNotice: (line) => write(`[postgres] ${line}`),
    // Several processes with a pool each.
    settings: { max_connections: '300' },
  });
  return { databaseUrl: server.url(), end: () => server.stop() };
}

/** Creates a database when it is not there, with the rights of its address. */
export async function createDatabaseOf(address: string): Promise<void> {
  const url = new URL(address);
  const name = decodeURIComponent(url.pathname.slice(1));
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

async function assertBuilt(root: string, processes: readonly StackProcess[]): Promise<void> {
  const missing: string[] = [];
  for (const each of processes) {
    const main = mainOf(root, each);
    await fs.access(main).catch(() => missing.push(path.relative(root, main)));
  }
  if (missing.length > 0) {
    throw new Error(`not built: ${[...new Set(missing)].join(', ')}. Run "npm run build" first`);
  }
}
