import { LogDirectory, PostgresLogStore } from '@ballast/event-log';
import { EXCHANGE_LOGS } from '@ballast/facts';
import { createTopics, KafkaBus, type Bus, type KafkaConnection } from '@ballast/messaging';
import type { Logger } from '@ballast/observability';
import type { ExchangeIntakeOptions } from '../../exchange/exchange-intake.js';
import { presentRelease } from '../../release.js';
import { PeerLogs } from './peer-logs.js';
import type { ProcessConfig } from './process-config.js';
import { Relays } from './relays.js';
import { incarnations, kafkaConnection } from './run-service.js';

/** What the process of an exchange stands on, simulated or outside: its logs, those it reads from others, and the way to them. */
export interface ExchangeProcess {
  readonly connection: KafkaConnection;
  readonly bus: Bus;
  readonly relays: Relays;
  /** For whoever writes the logs. */
  readonly keeping: ExchangeIntakeOptions;
  /** Gives it up, once nothing is written any more. */
  readonly close: () => Promise<void>;
}

/** @param fail the process is to end, so that it is started again */
export async function openExchangeProcess(
  config: ProcessConfig,
  logger: Logger,
  fail: (error: unknown) => void,
): Promise<ExchangeProcess> {
  const { partitions, worker, snapshots, peers, token } = config;
  const connection = kafkaConnection(config, worker);
  await createTopics(connection, { partitions, replication: config.replication });
  const store = new PostgresLogStore({ connection: config.databaseUrl, archive: config.archive });
  const logs = await LogDirectory.open(store, partitions, EXCHANGE_LOGS);
  const reader = new PeerLogs(logs, (name) => peers.get(name) ?? [], token);
  const bus = await KafkaBus.open({
    connection,
    incarnationOf: await incarnations(logs, EXCHANGE_LOGS),
    read: (name, partition, after) => reader.read(name, partition, after, 500),
    onIncident: (incident) => {
      if (incident.kind === 'fatal') fail(incident.error);
    },
  });
  const relays = new Relays(bus, logs, (what, error) => logger.warn({ err: error }, what));
  return {
    connection,
    bus,
    relays,
    keeping: {
      logs,
      reader,
      worker,
      publish: (entries) => relays.send(entries),
      snapshots: snapshots && {
        store: store.snapshots,
        policy: snapshots,
        ...presentRelease(),
        notice: (line) => logger.warn(line),
      },
    },
    close: async () => {
      await relays.stop();
      await bus.close();
      await store.close();
    },
  };
}
