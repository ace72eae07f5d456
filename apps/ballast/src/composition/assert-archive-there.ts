import { stat } from 'node:fs/promises';
import path from 'node:path';
import { partitionNumbers, type LogDirectory } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { UsageError } from '../usage-error.js';

/**
 * Without its directory every archived range would be a fault of its own.
 * @param archive where archived blocks are now; where they were put when absent
 * @throws UsageError for a directory that is not there
 */
export async function assertArchiveThere(logs: LogDirectory, archive: string | undefined): Promise<void> {
  const partitionsIn = new Map<string, number>();
  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS].filter((each) => logs.has(each))) {
    const log = logs.log(name);
    for (const partition of partitionNumbers(log)) {
      const { archived } = await log.standing(partition);
      const places = new Set(archived.map(({ place }) => path.resolve(archive ?? place)));
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
      `the archive ${place} is not there: old blocks of ${partitions} partitions are in it; put it back from a copy, or name the directory that holds it with --archive`,
    );
  }
}
