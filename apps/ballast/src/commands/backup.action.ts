import path from 'node:path';
import { backUpCluster, restoreCluster } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { assertDataThere, openStore } from '../composition/open-store.js';
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
  const place = databaseUrl === undefined ? path.resolve(dataDir) : new URL(databaseUrl).host;
  if (from === undefined) await renewIncarnations(options, place);
  // Before it stands there: a database that was put back and has its old incarnation would be taken for the one that went on.
  else
    await restoreCluster(from, dataDir, (draft) =>
      renewIncarnations({ ...options, dataDir: draft }, path.resolve(from)),
    );
  process.stdout.write(`restored ${place}; run npx ballast verify before a service starts\n`);
}

/**
 * Of all logs that are there; those of an earlier release are brought to the form of this one first.
 * @param restored what is restored, as the caller knows it
 */
async function renewIncarnations(options: Options, restored: string): Promise<void> {
  const opened = await openStore({ ...options, log: 'postgres' }, (line) => process.stderr.write(`${line}\n`));
  const { store } = opened;
  try {
    let logs = 0;
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      const shape = await store.shapeOf(name);
      if (shape === undefined) continue;
      const incarnation = await (await store.open({ ...shape, name })).renewIncarnation();
      process.stdout.write(`${name} has the incarnation ${incarnation}\n`);
      logs += 1;
    }
    if (logs === 0) throw new UsageError(`${restored} holds no logs: nothing was restored`);
  } finally {
    await opened.close();
  }
}
