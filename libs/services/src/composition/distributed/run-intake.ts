import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { exchangeSubmission, fieldErrors, problemOf, type FieldError, sentJson } from '@ballast/contracts';
import { ExchangeInbox } from '@ballast/messaging';
import { ClearingMetrics, createLogger, NestLogger } from '@ballast/observability';
import { ExchangeIntake } from '../../exchange/exchange-intake.js';
import { forkReasons } from '../../exchange/forks.js';
import { openExchangeProcess } from './exchange-process.js';
import type { ProcessConfig } from './process-config.js';
import { requireBearer } from './require-bearer.js';
import { onShutdown, ProcessModule } from './run-service.js';

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
  const fail = (error: unknown): never => {
    logger.error(
      { err: error },
      'the log of the exchange cannot be kept; the process ends so that it is started again',
    );
    process.exit(1);
  };
  const exchange = await openExchangeProcess(config, logger, fail);
  const intake = await ExchangeIntake.open(exchange.keeping);
  intake.onFailure = fail;
  await exchange.relays.catchUp(intake.written);
  const metrics = new ClearingMetrics();
  metrics.countForkedProducers(() => forkReasons(intake).length);
  const health = { reasons: () => forkReasons(intake), partitions: [], metrics };
  const app = await NestFactory.create<NestExpressApplication>(
    ProcessModule.around([edge(intake)], exchange.keeping.logs, health),
    {
      logger: new NestLogger(logger),
      bodyParser: false,
      rawBody: true,
    },
  );
  if (config.token !== undefined) app.use(requireBearer(config.token));
  app.useBodyParser('json', { limit: LARGEST_BODY });
  const inbox = await ExchangeInbox.open({
    connection: exchange.connection,
    sessionTimeoutMs: config.sessionTimeoutMs,
    handle: ({ value }) => answerTo(intake, value),
    onFatal: fail,
  });
  await app.listen(config.port, config.host);
  const stopClock = intake.startClock();
  process.stdout.write(`${config.worker} listens at ${await app.getUrl()}\n`);
  onShutdown(async () => {
    stopClock();
    await inbox.close();
    await app.close();
    await intake.rest();
    await exchange.close();
  });
}

/** Read as strictly as over REST. */
export async function answerTo(intake: Pick<ExchangeIntake, 'submit'>, value: Uint8Array): Promise<InboxAnswer> {
  const sent = sentJson(value);
  if ('fault' in sent) return malformed([sent.fault]);
  const read = exchangeSubmission.safeParse(sent.json, { reportInput: true });
  if (!read.success) return malformed(fieldErrors(read.error));
  const outcome = await intake.submit(read.data);
  if (outcome.status === 'answered') return { status: 200, body: outcome.answers };
  const body = problemOf(outcome.code, outcome.detail, [], read.data.producer);
  return { status: body.status, body };
}

const malformed = (errors: readonly FieldError[]): InboxAnswer => ({
  status: 400,
  body: problemOf(
    'request-malformed',
    'the value is no submission',
    errors.map((each) => ({ ...each })),
  ),
});
