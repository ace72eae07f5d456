import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { exchangeSubmission, fieldErrors, problemOf } from '@ballast/contracts';
import { LogDirectory, PostgresLogStore } from '@ballast/event-log';
import { EXCHANGE_LOGS } from '@ballast/facts';
import { createTopics, ExchangeInbox, KafkaBus } from '@ballast/messaging';
import { ClearingMetrics, createLogger, NestLogger } from '@ballast/observability';
import { ExchangeIntake } from '../../exchange/exchange-intake.js';
import { presentRelease } from '../../release.js';
import { PeerLogs } from './peer-logs.js';
import type { ProcessConfig } from './process-config.js';
import { Relays } from './relays.js';
import { requireBearer } from './require-bearer.js';
import { incarnations, kafkaConnection, onShutdown, ProcessModule } from './run-service.js';

const LARGEST_BODY = '256kb';

/** What is answered over Kafka: the body that REST would answer with, and its status. */
interface InboxAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * The intake in a process of its own: takes the messages of an exchange over REST and over Kafka, keeps its logs, sends them to the
 * services and serves pages of them.
 * @param edge the REST interface of an intake
 */
export async function runIntake(config: ProcessConfig, edge: (intake: ExchangeIntake) => DynamicModule): Promise<void> {
  const logger = createLogger(config.logLevel);
  const connection = kafkaConnection(config, config.worker);
  await createTopics(connection, { partitions: config.partitions, replication: config.replication });
  const store = new PostgresLogStore({ connection: config.databaseUrl, archive: config.archive });
  const logs = await LogDirectory.open(store, config.partitions, EXCHANGE_LOGS);
  const reader = new PeerLogs(logs, (name) => config.peers.get(name) ?? [], config.token);
  const fail = (error: unknown): never => {
    logger.error(
      { err: error },
      'the log of the exchange cannot be kept; the process ends so that it is started again',
    );
    process.exit(1);
  };
  const bus = await KafkaBus.open({
    connection,
    incarnationOf: await incarnations(logs, EXCHANGE_LOGS),
    read: (name, partition, after) => reader.read(name, partition, after, 500),
    onIncident: (incident) => {
      if (incident.kind === 'fatal') fail(incident.error);
    },
  });
  const relays = new Relays(bus, logs, (what, error) => logger.warn({ err: error }, what));
  const intake = await ExchangeIntake.open({
    logs,
    reader,
    worker: config.worker,
    publish: (entries) => relays.send(entries),
    snapshots: config.snapshots && {
      store: store.snapshots,
      policy: config.snapshots,
      ...presentRelease(),
      notice: (line) => logger.warn(line),
    },
  });
  intake.onFailure = fail;
  await relays.catchUp(intake.written);
  const health = { reasons: () => [], partitions: [], metrics: new ClearingMetrics() };
  const app = await NestFactory.create<NestExpressApplication>(ProcessModule.around([edge(intake)], logs, health), {
    logger: new NestLogger(logger),
    bodyParser: false,
    rawBody: true,
  });
  if (config.token !== undefined) app.use(requireBearer(config.token));
  app.useBodyParser('json', { limit: LARGEST_BODY });
  const inbox = await ExchangeInbox.open({
    connection,
    handle: ({ value }) => answerTo(intake, value),
    onFatal: fail,
  });
  await app.listen(config.port, config.host);
  const stopClock = intake.startClock();
  process.stdout.write(`exchange ${config.worker} listens at ${await app.getUrl()}\n`);
  onShutdown(async () => {
    stopClock();
    await inbox.close();
    await app.close();
    await intake.rest();
    await relays.stop();
    await bus.close();
    await store.close();
  });
}

async function answerTo(intake: ExchangeIntake, value: string): Promise<InboxAnswer> {
  const read = exchangeSubmission.safeParse(jsonOf(value), { reportInput: true });
  if (!read.success) {
    const errors = fieldErrors(read.error).map((each) => ({ ...each }));
    return { status: 400, body: problemOf('request-malformed', 'the value is no submission', errors) };
  }
  const outcome = await intake.submit(read.data);
  if (outcome.status === 'answered') return { status: 200, body: outcome.answers };
  const body = problemOf(outcome.code, outcome.detail, [], read.data.producer);
  return { status: body.status, body };
}

function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}
