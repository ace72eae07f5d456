import { logPartitions, PostgresLogStore, LogDirectory } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { createTopics, KafkaBus, PlainTopics } from '@ballast/messaging';
import { ClearingMetrics, createLogger } from '@ballast/observability';
import { DecisionProjection, PostgresAccountDecisions } from '@ballast/read-models';
import {
  kafkaConnection,
  onShutdown,
  OwnerDirectory,
  PeerLogs,
  presentRelease,
  questions,
  type ProcessConfig,
} from '@ballast/services';
import { HistoryThread } from '../history/history-thread.js';
import { HouseViews } from '../history/house-views.js';
import { ClearingGateway } from '../rest/clearing.gateway.js';
import { SilenceWatch, watchPriceSets, type MarketWatch } from '../rest/market-watch.js';
import { serveInterface } from '../rest/serve-interface.js';
import { StoreWatch } from '../rest/store-watch.js';
import { catchUp } from './catch-up.js';
import { KafkaWrites } from './kafka-writes.js';
import { LogCopy } from './log-copy.js';
import { OwnerPages } from './owner-pages.js';
import { RemoteIntake } from './remote-intake.js';
import { RemoteOwners } from './remote-owners.js';
import { WriteClaims } from './write-claims.js';

/**
 * A gateway in a process of its own: the interface in front of partitions that others decide. It keeps nothing that is not made from the
 * logs but which request an Idempotency-Key stands for; any number of them may share a database, and any of them may die.
 */
export async function runGateway(config: ProcessConfig): Promise<void> {
  const { partitions, worker, token, databaseUrl, archive } = config;
  const logger = createLogger(config.logLevel);
  const warn = (what: string, error: unknown): void => logger.warn({ err: error, what }, 'trouble');
  const end = (what: string, error: unknown): never => {
    logger.error({ err: error }, `${what}; the process ends so that it is started again`);
    process.exit(1);
  };
  const connection = kafkaConnection(config, worker);
  await createTopics(connection, { partitions, replication: config.replication });
  const store = new PostgresLogStore({ connection: databaseUrl, archive });
  const logs = await LogDirectory.open(store, partitions);
  const topics = new PlainTopics(connection, (error) => end('answers can no longer be read', error));
  const directory = await OwnerDirectory.open(topics, (error) => warn('owners could not be called', error));
  /** Who keeps a log: the owners by what they announce, an exchange by what the operator says. */
  const keepers = (log: string): readonly string[] => [
    ...(isService(log) ? directory.addresses(log) : []),
    ...(config.peers.get(log) ?? []),
  ];
  const peers = new PeerLogs({ has: () => false, read: () => Promise.resolve([]) }, keepers, token);
  const bus = await KafkaBus.open({
    connection,
    incarnationOf: () => '',
    read: (log, partition, after) => peers.read(log, partition, after, 500),
    onIncident: (incident) => {
      if (incident.kind === 'fatal') end('the Kafka client gave up', incident.error);
    },
  });
  const copy = await LogCopy.open({ logs, bus, worker, onTrouble: warn });
  const views = await HouseViews.open({
    logs,
    store: logs.snapshots,
    program: presentRelease(),
    notice: (line) => logger.warn(line),
    onProgress: (done, total) => process.stdout.write(`counting what the copy holds: ${done} of ${total}\n`),
  });
  const decisionStore = await PostgresAccountDecisions.open(databaseUrl);
  const decisions = new DecisionProjection(logs, decisionStore, (error) => warn('the list of decisions', error));
  await decisions.start();
  copy.onAppended((entries) => {
    views.apply(entries);
    decisions.offer(entries);
  });
  const history = new HistoryThread({ connection: databaseUrl, partitions, archive }, (error) =>
    warn('the thread that rebuilds history ended', error),
  );
  const owners = new RemoteOwners(directory, token);
  const market = watchFeed(copy, owners, views);
  const claims = await WriteClaims.open(databaseUrl, (error) => warn('old claims could not be deleted', error));
  const clearing = new ClearingGateway({
    partitions,
    owners,
    writes: await KafkaWrites.open({ bus, topics, partitions, claims }),
    readSide: {
      logs,
      decisions,
      history,
      cases: views.cases,
      picture: () => views.picture.picture,
      get clearing() {
        return copy.clearing;
      },
      positions: (log) => copy.positions(log),
      onAppended: (listener) => copy.onAppended(listener),
      reached: (log, partition, position) => copy.reached(log, partition, position),
    },
    pages: new OwnerPages(keepers, logs, token),
    mode: () => 'live',
    market,
    store: new StoreWatch(),
  });
  let isCaughtUp = false;
  const served = await serveInterface({
    clearing,
    intake: new RemoteIntake(config.peers.get('exchange.quotes') ?? [], token),
    metrics: new ClearingMetrics(),
    logger,
    token,
    reasons: () => [
      ...withoutOwner(directory, partitions),
      ...(isCaughtUp ? [] : ['the lists are not where the logs were at the start yet']),
      ...copy.troubles,
    ],
    hasFailed: () => false,
  });
  await served.app.listen(config.port, config.host);
  await copy.start();
  const stop = new AbortController();
  void catchUp({
    copy,
    owners,
    partitions,
    areOwnersKnown: () => withoutOwner(directory, partitions).length === 0,
    onTrouble: (error) => warn('how far the owners have come', error),
    stop: stop.signal,
  }).then(() => (isCaughtUp = true));
  process.stdout.write(`${worker} listens at ${await served.app.getUrl()}\n`);
  onShutdown(async () => {
    stop.abort();
    await served.close();
    await copy.stop();
    await bus.close();
    await topics.close();
    await history.close();
    await decisions.stop();
    await views.rest();
    await Promise.all([decisionStore.close(), claims.close(), store.close()]);
  });
}

const isService = (log: string): log is ServiceLog => (SERVICE_LOGS as readonly string[]).includes(log);

/** Prices are halted by pricing while the clock ticks, and by the wall when nothing comes at all; counted from the start at the latest. */
function watchFeed(copy: LogCopy, owners: RemoteOwners, views: HouseViews): MarketWatch {
  const silence = new SilenceWatch({
    silentForMs: 0,
    lifetimeMs: async () => (await owners.tell(questions.pricing.quoteLifetimeMs, GLOBAL)).answer,
  });
  copy.onAppended((entries) => {
    if (entries.some(({ log, type }) => log === EXCHANGE_LOGS[0] && type !== 'ClockTicked')) silence.heard();
  });
  const prices = watchPriceSets(() => views.picture.picture);
  return { trouble: async () => (await prices.trouble()) ?? (await silence.trouble()) };
}

/** Partitions that nobody said to decide. */
function withoutOwner(directory: OwnerDirectory, partitions: number): readonly string[] {
  const absent = logPartitions(SERVICE_LOGS, partitions).filter(
    ({ log, partition }) => directory.find(log, partition) === undefined,
  );
  if (absent.length === 0) return [];
  directory.call();
  return [`nobody is known to decide ${absent.map(({ log, partition }) => `${log}/${partition}`).join(', ')}`];
}
