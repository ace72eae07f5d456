import fs from 'node:fs/promises';
import path from 'node:path';
import {
  EmbeddedServer,
  MemoryLogStore,
  PostgresLogStore,
  removeCluster,
  type LogStore,
  type PostgresConnection,
} from '@ballast/event-log';
import { StoreWatch } from '@ballast/gateway/store-watch';
import { UsageError } from '../usage-error.js';
import { awaitDatabase } from './await-database.js';
import type { StoreOptions } from './store-options.js';

export interface OpenedStore {
  readonly store: LogStore;
  /** Where the data is, in words for a person; no password. */
  readonly place: string;
  /** Whether it takes what is written. */
  readonly watch: StoreWatch;
  /** For read models beside the logs; absent in memory. */
  readonly connection?: PostgresConnection;
  close(): Promise<void>;
}

/** Opens the logs where the options say: memory, an operator's PostgreSQL, or an embedded one of our own. */
export async function openStore(
  options: StoreOptions,
  notice: (line: string) => void,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<OpenedStore> {
  const watch = new StoreWatch();
  if (options.log === 'memory') {
    const store = new MemoryLogStore();
    return { store, watch, place: 'memory', close: () => store.close() };
  }
  const tell = troubleNotice(notice);
  const onTrouble = (log: string, error: unknown): void => {
    watch.appendFailed(error);
    tell(log, error);
  };
  const { archive } = options;
  if (options.databaseUrl !== undefined) {
    const store = new PostgresLogStore({ connection: options.databaseUrl, readOnly, archive, onTrouble });
    const place = new URL(options.databaseUrl).host;
    try {
      await awaitDatabase(() => store.pool.query('select 1'), { place, notice });
    } catch (error) {
      await store.close();
      throw error;
    }
    return {
      store,
      watch,
      place,
      connection: options.databaseUrl,
      close: () => store.close(),
    };
  }
  const dataDirectory = path.resolve(options.dataDir);
  const server = await EmbeddedServer.start({ dataDirectory, onNotice: notice });
  try {
    const connection = server.connection();
    const store = new PostgresLogStore({ connection, readOnly, archive, onTrouble });
    // On a machine that is busy with other things the first connection takes its time.
    await awaitDatabase(() => store.pool.query('select 1'), { place: dataDirectory, notice, longestMs: 120_000 });
    return {
      store,
      watch,
      place: dataDirectory,
      connection,
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const TROUBLE_EVERY_MS = 10_000;

/** Says why nothing goes on while the database does not take what is written: now and then, not at every attempt. */
function troubleNotice(notice: (line: string) => void): (log: string, error: unknown) => void {
  let told = -Infinity;
  return (log, error) => {
    if (performance.now() - told < TROUBLE_EVERY_MS) return;
    told = performance.now();
    notice(`the database does not take events of ${log} (${(error as Error).message}); trying again until it does`);
  };
}

/** Throws away what a data directory holds. An operator's database is never emptied by us. */
export async function emptyDataDirectory(options: StoreOptions): Promise<void> {
  if (options.log === 'memory') return;
  if (options.databaseUrl !== undefined) {
    throw new UsageError('--fresh does not empty a database given by URL; drop and create it, then start again');
  }
  const directory = path.resolve(options.dataDir);
  if (!(await isThere(path.join(directory, 'cluster')))) return;
  await removeCluster(directory);
}

const isThere = (file: string): Promise<boolean> =>
  fs.access(file).then(
    () => true,
    () => false,
  );

/** True when there is something to open; read-only commands do not create a database. */
export async function assertDataThere(options: StoreOptions): Promise<void> {
  if (options.log === 'memory' || options.databaseUrl !== undefined) return;
  const directory = path.resolve(options.dataDir);
  if (!(await isThere(path.join(directory, 'cluster')))) {
    throw new UsageError(`${directory} holds no Ballast data; run simulate first or name another --data-dir`);
  }
}
