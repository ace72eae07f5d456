import { stat } from 'node:fs/promises';
import path from 'node:path';
import { partitionNumbers, type LogDirectory } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { UsageError } from '../usage-error.js';

/** What is looked at; absent: every log, every partition. */
interface LookedAt {
  readonly log?: string;
  readonly partition?: number;
}

/**
 * Without its directory every range whose blocks are in the archive only would be a fault of its own.
 * @param archive where archived blocks are now; where they were put when absent
 * @throws UsageError for a directory that is not there
 */
export async function assertArchiveThere(
  logs: LogDirectory,
  archive: string | undefined,
  { log: only, partition: onlyPartition }: LookedAt,
): Promise<void> {
  const partitionsIn = new Map<string, number>();
  const names = [...SERVICE_LOGS, ...EXCHANGE_LOGS].filter((each) => logs.has(each) && (only ?? each) === each);
  for (const name of names) {
    const log = logs.log(name);
    // A partition whose row is gone, or that the log does not say it has, is a fault that verify tells at its place.
    const said = new Set(partitionNumbers(log));
    const there = (await log.heads()).map(({ partition }) => partition).filter((each) => said.has(each));
    for (const partition of there.filter((each) => (onlyPartition ?? each) === each)) {
      const removed = (await log.standing(partition)).archived.filter(({ removedBy }) => removedBy !== null);
      const places = new Set(removed.map(({ place }) => path.resolve(archive ?? place)));
      for (const place of places) partitionsIn.set(place, (partitionsIn.get(place) ?? 0) + 1);
    }
  }
  for (const [place, partitions] of partitionsIn) {
    const isThere = await stat(place).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isThere) continue;
    throw new UsageError(
      `the archive ${place} is not there: old blocks of ${partitions === 1 ? 'one partition' : `${partitions} partitions`} are in it; put it back from a copy, or name the directory that holds it with --archive`,
    );
  }
}
