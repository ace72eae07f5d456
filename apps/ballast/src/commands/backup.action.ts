import path from 'node:path';
import { backUpCluster, restoreCluster } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { openLogs } from '../composition/open-logs.js';
import { assertDataThere } from '../composition/open-store.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';

type Options = Omit<StoreOptions, 'log'>;

export async function backUp(options: Options & { to: string }): Promise<void> {
  if (options.databaseUrl !== undefined) {
    throw new UsageError('--database-url: back up your own PostgreSQL with pg_basebackup or pg_dump, while it runs');
  }
  await assertDataThere({ ...options, log: 'postgres' });
  const files = await backUpCluster(options.dataDir, options.to);
  process.stdout.write(`backed up ${grouped(files)} files to ${path.resolve(options.to)}\n`);
}

export async function restore(options: Options & { from?: string }): Promise<void> {
  const { from, databaseUrl, dataDir } = options;
  if (from !== undefined && databaseUrl !== undefined) {
    throw new UsageError('--from: restore your own PostgreSQL with its tools, then run restore without --from');
  }
  if (from === undefined && databaseUrl === undefined) {
    throw new UsageError(
      `--from: name the backup that is put into ${path.resolve(dataDir)}; only a database of --database-url is restored by other means`,
    );
  }
  if (from !== undefined) await restoreCluster(from, dataDir);
  const { logs, place, close } = await openLogs(options, { readOnly: false, allOfThem: false });
  try {
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      if (!logs.has(name)) continue;
      const incarnation = await logs.log(name).renewIncarnation();
      process.stdout.write(`${name} has the incarnation ${incarnation}\n`);
    }
    process.stdout.write(`restored ${place}; run npx ballast verify before a service starts\n`);
  } finally {
    await close();
  }
}
