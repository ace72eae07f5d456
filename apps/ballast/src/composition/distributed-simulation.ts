import { randomUUID } from 'node:crypto';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { PostgresLogStore, LogDirectory, partitionsOf } from '@ballast/event-log';
import { SERVICE_LOGS } from '@ballast/facts';
import { isoOf } from '@ballast/kernel';
import { KafkaLockstepChannel, createTopics, type KafkaConnection } from '@ballast/messaging';
import { ClearingPictureProjection } from '@ballast/read-models';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { LockstepRun, digestsOf } from '@ballast/services';
import { UsageError } from '../usage-error.js';
import { assertSameRun } from './open-simulation.js';
import { progressLine } from './progress-line.js';
import { ProgressPrinter } from './progress-printer.js';
import type { SimulationCliOptions } from './simulation-options.js';
import type { StoreOptions } from './store-options.js';
import { summaryOf, summaryTable } from './summary.js';

interface DistributedOptions extends SimulationCliOptions, StoreOptions {
  readonly brokers: string;
  readonly topicPrefix?: string;
  readonly json?: boolean;
}

const PAGE = 2_000;

/** Reads what the logs hold more than last time. */
class PictureOfLogs {
  readonly #projection = new ClearingPictureProjection();
  readonly #read = new Map<string, number>();

  constructor(private readonly logs: LogDirectory) {}

  async refreshed(): Promise<ClearingPictureProjection['picture']> {
    for (const name of SERVICE_LOGS) {
      const log = this.logs.log(name);
      for (const { partition } of await log.heads()) {
        const key = `${name}/${partition}`;
        for (;;) {
          const after = this.#read.get(key) ?? 0;
          const page = await log.read(partition, after, PAGE);
          if (page.length === 0) break;
          for (const entry of page) this.#projection.apply(entry);
          this.#read.set(key, after + page.length);
        }
      }
    }
    return this.#projection.picture;
  }
}

/**
 * Drives the processes of a distributed house through a scenario in lockstep. The exchange process must have been
 * started with the same scenario, window, accounts, seed and fund; the first message it stored tells, and is compared.
 */
export async function simulateOverKafka(options: DistributedOptions): Promise<void> {
  if (options.databaseUrl === undefined) {
    throw new UsageError('--brokers needs --database-url: where the processes keep their logs');
  }
  if (options.fresh === true) {
    throw new UsageError('--fresh does not empty a database given by URL; drop and create it, then start again');
  }
  const started = performance.now();
  const scenario = narrowedScenario(await loadScenario(options.scenario), options);
  const connection: KafkaConnection = {
    brokers: options.brokers.split(','),
    clientId: 'ballast-simulate',
    ...(options.topicPrefix === undefined ? {} : { prefix: options.topicPrefix }),
  };
  const store = new PostgresLogStore({ connection: options.databaseUrl, poolSize: 3, archive: options.archive });
  let stopping = false;
  process.once('SIGINT', () => (stopping = true)).once('SIGTERM', () => (stopping = true));
  try {
    const partitions = options.partitions ?? (await partitionsOf(store));
    if (partitions === undefined) {
      throw new UsageError('--partitions: no process has made its logs yet; say how many partitions they run with');
    }
    const logs = await LogDirectory.open(store, partitions);
    await createTopics(connection, { partitions, replication: 1 });
    const simulator = createExchangeSimulator({ scenario, seed: options.seed, accounts: options.accounts, partitions });
    await assertSameRun(logs, simulator.runName);
    const channel = await KafkaLockstepChannel.open(connection, (error) => {
      throw error;
    });
    const run = await LockstepRun.open(channel, randomUUID(), logs);
    const picture = new PictureOfLogs(logs);
    try {
      const { lastStep } = run;
      const progress = new ProgressPrinter(process.stderr);
      for (const at of simulator.steps()) {
        if (lastStep !== undefined && at < lastStep) continue;
        if (stopping) break;
        await run.step(at);
        if (!progress.due) continue;
        const now = await picture.refreshed();
        progress.update((columns) => progressLine(now, columns));
      }
      progress.end();
      if (stopping) {
        progress.line('stopped; the same command goes on from here');
        process.exitCode = 130;
        return;
      }
      await assertSameRun(logs, simulator.runName);
      const now = await picture.refreshed();
      const summary = summaryOf(now, await digestsOf(logs), performance.now() - started);
      process.stdout.write(
        `${options.json === true ? JSON.stringify(summary, null, 2) : summaryTable(now, summary)}\n`,
      );
      process.stderr.write(`clearing time ${isoOf(now.clearing)}\n`);
    } finally {
      await run.close();
      await channel.close();
    }
  } finally {
    await store.close();
  }
}
