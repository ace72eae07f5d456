import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import 'reflect-metadata';
import { Controller, Get, Inject, Module, Res, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';
import { encodeAnswer } from '@ballast/contracts';
import { PostgresLogStore, type LogStore, LogDirectory } from '@ballast/event-log';
import type { ExchangeLog, ServiceLog } from '@ballast/facts';
import { KafkaBatchStrategy, kafkaTransport, type Transport } from '@ballast/messaging/nest';
import {
  KafkaLockstepChannel,
  LockstepFollower,
  PlainTopics,
  createTopics,
  type BusIncident,
  type GateOpening,
  type KafkaConnection,
  type PartitionReport,
} from '@ballast/messaging';
import { ClearingMetrics, NestLogger, createLogger, type Logger } from '@ballast/observability';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { genesisFrom } from '../../genesis.js';
import { QUESTION_TYPE } from '../../questions/question-wire.js';
import { presentRelease } from '../../release.js';
import { definitionToken } from '../../definition-token.js';
import { LogPagesController } from './log-pages.controller.js';
import { OwnershipAnnouncer } from './ownership.js';
import { ASKED, QuestionsController, type AskedPartitions } from './questions.controller.js';
import { measuredCommitter } from '../measured-committer.js';
import { PeerLogs } from './peer-logs.js';
import { storeAnswers } from '../../http/store-answers.js';
import type { ProcessConfig } from './process-config.js';
import { requireBearer } from './require-bearer.js';
import { ServiceNode } from './service-node.js';

const NODE = 'ProcessHealth';

/** A what-if with a parameter document of its own is the largest. */
const LARGEST_QUESTION = '1mb';
/**
 * What comes so close together is decided, stored and sent on together: a fifth of what a fill may take to its assessment, and it waits for
 * it twice, before accounts and before margin.
 */
const LIVE_GATHER_MS = 20;
const EVERYWHERE = ['0.0.0.0', '::'];

/** What the health checks of a process ask. */
export interface ProcessHealth {
  /** Why the process should not be counted on; empty when it may. */
  reasons(): readonly string[];
  readonly partitions: readonly number[];
  readonly metrics: ClearingMetrics;
}

@Controller()
class ProcessController {
  constructor(
    @Inject(NODE) private readonly health: ProcessHealth,
    @Inject(LogDirectory) private readonly logs: LogDirectory,
  ) {}

  @Get('health/live')
  live(): object {
    return { status: 'live' };
  }

  @Get('health/ready')
  async ready(@Res() response: Response): Promise<void> {
    const [log] = this.logs.names;
    const answers = log === undefined || (await storeAnswers(this.logs.log(log)));
    const reasons = [...this.health.reasons(), ...(answers ? [] : ['the store does not answer'])];
    response
      .status(reasons.length === 0 ? 200 : 503)
      .json({ status: reasons.length === 0 ? 'ready' : 'not-ready', reasons, partitions: this.health.partitions });
  }

  @Get('metrics')
  async metrics(@Res() response: Response): Promise<void> {
    response.type('text/plain; version=0.0.4').send(await this.health.metrics.text());
  }
}

@Module({})
export class ProcessModule {
  /** @param asked partitions that may be asked about; none of an exchange */
  static around(
    imports: DynamicModule['imports'],
    logs: LogDirectory,
    health: ProcessHealth,
    asked?: AskedPartitions,
  ): DynamicModule {
    return {
      module: ProcessModule,
      imports: imports ?? [],
      controllers: [LogPagesController, ProcessController, ...(asked === undefined ? [] : [QuestionsController])],
      providers: [
        { provide: LogDirectory, useValue: logs },
        { provide: NODE, useValue: health },
        ...(asked === undefined ? [] : [{ provide: ASKED, useValue: asked }]),
      ],
    };
  }
}

export const kafkaConnection = (
  { brokers, topicPrefix, kafkaSecurity }: ProcessConfig,
  clientId: string,
): KafkaConnection => ({
  ...kafkaSecurity,
  brokers,
  clientId,
  prefix: topicPrefix,
});

/** The incarnation of a log never changes while a process runs: a restore stops everything first. */
export async function incarnations(
  logs: LogDirectory,
  names: readonly (ServiceLog | ExchangeLog)[],
): Promise<(log: string) => string> {
  const known = new Map<string, string>();
  for (const name of names) known.set(name, (await logs.log(name).heads())[0]?.incarnation ?? '');
  return (log) => known.get(log) ?? '';
}

/**
 * One service in a process of its own: the same Nest module as in the embedded composition, the batch transport over
 * Kafka, its log in PostgreSQL, and a small HTTP edge for health, metrics and pages of its log.
 */
export async function runService(module: new () => unknown, log: ServiceLog, config: ProcessConfig): Promise<void> {
  const logger = createLogger(config.logLevel);
  const connection = kafkaConnection(config, config.worker);
  await createTopics(connection, { partitions: config.partitions, replication: config.replication });
  const store: LogStore = new PostgresLogStore({ connection: config.databaseUrl, archive: config.archive });
  const logs = await LogDirectory.open(store, config.partitions, [log]);
  const incarnation = await incarnations(logs, [log]);
  const reader = new PeerLogs(logs, (name) => config.peers.get(name) ?? [], config.token);
  const metrics = new ClearingMetrics();
  let fatal: string | undefined;
  let listening = false;

  // The bus lives in the transport; the node asks for it when it is assigned something.
  let connected: Transport | undefined;
  const connect = async (onIncident: (incident: BusIncident) => void): Promise<Transport> => {
    const transport = await kafkaTransport(
      {
        connection,
        incarnationOf: incarnation,
        read: (name, partition, after) => reader.read(name, partition, after, 500),
        // In lockstep a step waits for every message of it.
        gatherMs: config.mode === 'live' ? LIVE_GATHER_MS : 0,
      },
      {
        service: log,
        sessionTimeoutMs: config.sessionTimeoutMs,
        heartbeatMs: Math.min(1_000, Math.floor(config.sessionTimeoutMs / 3)),
        onFailure: (partition, error) => logger.error({ err: error, log, partition }, 'a partition could not be taken'),
      },
    )(onIncident);
    connected = transport;
    return transport;
  };
  const strategy = new KafkaBatchStrategy({ connect });

  const health: ProcessHealth = {
    reasons: () =>
      unreadyReasons({
        fatal,
        isInGroup: listening,
        silentMs: Math.max(0, (connected?.ownership.silentMs ?? 0) - config.sessionTimeoutMs),
        awaited: connected?.ownership.awaited ?? [],
        troubles: node.troubles,
      }),
    get partitions() {
      return node.workers.map(({ partition }) => partition);
    },
    metrics,
  };
  const asked: AskedPartitions = {
    log,
    worker: config.worker,
    get workers() {
      return node.workers;
    },
  };
  const app = await NestFactory.create<NestExpressApplication>(
    ProcessModule.around([module as never], logs, health, asked),
    { logger: new NestLogger(logger) },
  );
  const topics = new PlainTopics(connection, (error) => {
    logger.error({ err: error }, 'what is said beside the logs can no longer be read; the process ends');
    process.exit(1);
  });
  const node = new ServiceNode({
    service: app.get<ServiceDefinition>(definitionToken(log), { strict: false }),
    log: logs.log(log),
    reader,
    partitions: config.partitions,
    worker: config.worker,
    opening: { ...presentRelease(), genesis: genesisFrom(config.documents, config.genesis)(log) },
    mode: config.mode,
    snapshots: config.snapshots && {
      store: store.snapshots,
      policy: config.snapshots,
      ...presentRelease(),
      notice: (line) => logger.warn(line),
    },
    committer: measuredCommitter(metrics)(logs.log(log)),
    bus: () => {
      if (connected === undefined) throw new Error('the bus is not connected yet');
      return connected.bus;
    },
    onFenced: (partition) => strategy.fenced(partition),
    onTrouble: (what, error) => logger.warn({ err: error, what }, 'trouble'),
    onProgress: (line) => logger.info(line),
    answer: (answers) => topics.send(answers.map(encodeAnswer)),
    onHeld: () => announcer.announce(),
  });
  strategy.deliverTo(node);
  strategy.on('incident', (incident) => {
    if (incident.kind !== 'fatal') return;
    fatal = 'the Kafka client gave up';
    logger.error({ err: incident.error }, 'the Kafka client gave up; the process ends so that it is started again');
    process.exitCode = 1;
    void app.close().finally(() => process.exit(1));
  });
  app.connectMicroservice<MicroserviceOptions>({ strategy });
  if (config.token !== undefined) app.use(requireBearer(config.token));
  app.useBodyParser('text', { type: QUESTION_TYPE, limit: LARGEST_QUESTION });
  await app.listen(config.port, config.host);
  const announcer = await OwnershipAnnouncer.start(
    topics,
    { log, worker: config.worker, address: config.advertisedUrl ?? addressOf(app, config), held: () => node.workers },
    (error) => logger.warn({ err: error }, 'what is decided here could not be announced'),
  );
  await app.startAllMicroservices();
  listening = true;

  const lockstep =
    config.mode === 'lockstep'
      ? await followGate(connection, config.worker, logger, (opening) => node.apply(opening))
      : undefined;
  metrics.beforeScrape(() => observe(node, metrics));
  process.stdout.write(`${config.worker} listens at ${await app.getUrl()}\n`);
  onShutdown(async () => {
    await lockstep?.stop();
    await app.close();
    node.close();
    await topics.close();
    await store.close();
  });
}

/** Where other processes reach this one when nobody said it: at its host, or by its name when it listens everywhere. */
function addressOf(app: NestExpressApplication, { host }: ProcessConfig): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const name = EVERYWHERE.includes(host) ? hostname() : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** What a worker knows of its share of a service. */
export interface WorkerShare {
  /** Why the process is about to end. */
  readonly fatal: string | undefined;
  readonly isInGroup: boolean;
  /** For how long the group has not answered beyond the session timeout, behind which it counts a worker out, milliseconds. */
  readonly silentMs: number;
  /** Partitions that the group gave this worker and that decide nothing yet: nobody else decides them. */
  readonly awaited: readonly number[];
  /** Why partitions that are worked on do not go on. */
  readonly troubles: readonly string[];
}

/** Why a worker should not be counted on, in sentences; empty when every partition that the group gave it decides. */
export const unreadyReasons = ({ fatal, isInGroup, silentMs, awaited, troubles }: WorkerShare): readonly string[] => [
  ...(fatal === undefined ? [] : [fatal]),
  ...(isInGroup ? [] : ['not in the group yet']),
  ...(silentMs > 0 ? ['Kafka does not answer, and others may have been given the partitions'] : []),
  ...(awaited.length === 0 ? [] : [`taking partitions ${awaited.join(', ')}`]),
  ...troubles,
];

/** Takes part in a lockstep run: applies what the driver opens, and reports. */
export async function followGate(
  connection: KafkaConnection,
  worker: string,
  logger: Logger,
  apply: (opening: GateOpening) => Promise<readonly PartitionReport[]>,
): Promise<{ stop(): Promise<void> }> {
  const channel = await KafkaLockstepChannel.open(connection, (error) => {
    logger.error({ err: error }, 'the gate can no longer be read');
    process.exit(1);
  });
  const follower = await LockstepFollower.start({
    channel,
    worker,
    apply,
    onFailure: (error) => logger.warn({ err: error }, 'an opening was not applied'),
  });
  return {
    stop: async () => {
      await follower.stop();
      await channel.close();
    },
  };
}

/** What this process knows of its own partitions; of those it gave up it says nothing more. */
function observe(node: ServiceNode, metrics: ClearingMetrics): void {
  metrics.consumerLag.reset();
  metrics.backlog.reset();
  metrics.waiting.reset();
  const newest = Math.max(0, ...node.workers.map(({ machine }) => machine.clearing));
  for (const worker of node.workers) {
    const labels = { log: worker.log, partition: String(worker.partition) };
    metrics.consumerLag.set(labels, worker.backlog === 0 ? 0 : Math.max(0, newest - worker.machine.clearing) / 1_000);
    metrics.backlog.set(labels, worker.backlog);
    metrics.waiting.set(labels, node.waitingMs(worker) / 1_000);
  }
  if (newest > 0) metrics.clearing.set(newest / 1_000);
}

const SHUTDOWN_WITHIN_MS = 25_000;

/** Drains on the first signal, gives up on the second or when it takes too long. Nobody else listens: Nest would send the signal again. */
export function onShutdown(drain: () => Promise<void>): void {
  let draining = false;
  const stop = (): void => {
    if (draining) process.exit(1);
    draining = true;
    setTimeout(() => process.exit(1), SHUTDOWN_WITHIN_MS).unref();
    drain().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`it could not end in good order: ${(error as Error).message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}
