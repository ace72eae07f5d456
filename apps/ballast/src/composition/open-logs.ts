import { LogDirectory, partitionsOf } from '@ballast/event-log';
import { UsageError } from '../usage-error.js';
import { assertDataThere, openStore } from './open-store.js';
import type { StoreOptions } from './store-options.js';

/** Opens all logs for reading, as the auditor's commands do. */
export async function openLogs(
  options: Omit<StoreOptions, 'log'>,
): Promise<{ logs: LogDirectory; place: string; close: () => Promise<void> }> {
  const store = { ...options, log: 'postgres' } as const;
  await assertDataThere(store);
  const opened = await openStore(store, (line) => process.stderr.write(`${line}\n`));
  try {
    const partitions = await partitionsOf(opened.store);
    if (partitions === undefined) throw new UsageError(`${opened.place} holds no logs; run simulate or serve first`);
    const logs = await LogDirectory.open(opened.store, partitions);
    return { logs, place: opened.place, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
