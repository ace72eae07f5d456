import type { LogDirectory } from '@ballast/event-log';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { PageCache } from '../page-cache.js';
import type { Divergence } from './divergence.js';
import { replayPartition } from './replay-partition.js';

export interface ReplayReport {
  /** Events of the four service logs that were decided again. */
  readonly events: number;
  readonly marginRuns: number;
  /** Account decisions: assessments of accounts in those runs, the quiet ones included. */
  readonly decisions: number;
  readonly durationMs: number;
  readonly divergence: Divergence | undefined;
}

export interface ReplayProgress {
  readonly log: string;
  readonly partition: number;
  readonly events: number;
  readonly totalEvents: number;
}

/**
 * Re-decides every event of all four logs from its recorded cause, and with it every assessment of every run. Stops
 * at the first divergence.
 * @param now milliseconds, for the report only
 */
export async function replay(
  logs: LogDirectory,
  services: readonly ServiceDefinition[],
  now: () => number,
  onProgress: (progress: ReplayProgress) => void = () => undefined,
): Promise<ReplayReport> {
  const started = now();
  const reader = new PageCache(logs);
  let events = 0;
  let marginRuns = 0;
  let decisions = 0;
  const report = (divergence?: Divergence): ReplayReport => ({
    events,
    marginRuns,
    decisions,
    durationMs: Math.max(1, Math.round(now() - started)),
    divergence,
  });
  let totalEvents = 0;
  for (const { log } of services) for (const { size } of await logs.log(log).heads()) totalEvents += size;
  let seen = 0;
  for (const service of services) {
    const log = logs.log(service.log);
    for (const { partition } of await log.heads()) {
      const process = partition < 0 ? service.global : service.numbered;
      if (process === undefined) continue;
      const result = await replayPartition(process, log, partition, logs.partitions, reader, (count) => {
        seen += count;
        onProgress({ log: service.log, partition, events: seen, totalEvents });
      });
      events += result.events;
      marginRuns += result.marginRuns;
      decisions += result.decisions;
      if (result.divergence !== undefined) return report(result.divergence);
    }
  }
  return report();
}
