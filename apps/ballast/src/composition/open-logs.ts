import { LogDirectory, shapeOf, type PostgresConnection } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { invariant } from '@ballast/kernel';
import { UsageError } from '../usage-error.js';
import { assertDataThere, openStore } from './open-store.js';
import type { StoreOptions } from './store-options.js';

/**
 * Opens the logs that are there, as the auditor's commands do; creates none, and changes nothing unless it is asked to.
 * @throws UsageError when one is not there, and the command needs all
 */
export async function openLogs(
  options: Omit<StoreOptions, 'log'>,
  { readOnly = true, allOfThem = true }: { readonly readOnly?: boolean; readonly allOfThem?: boolean } = {},
): Promise<{ logs: LogDirectory; place: string; connection: PostgresConnection; close: () => Promise<void> }> {
  const store = { ...options, log: 'postgres' } as const;
  await assertDataThere(store);
  const opened = await openStore(store, (line) => process.stderr.write(`${line}\n`), { readOnly });
  try {
    const logs = await LogDirectory.openPresent(opened.store);
    if (logs.isEmpty) throw new UsageError(`${opened.place} holds no logs; run simulate or serve first`);
    if (allOfThem) assertAll(logs, opened.place);
    const { place, connection } = opened;
    invariant(connection !== undefined, 'what is in PostgreSQL has a connection');
    return { logs, place, connection, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function assertAll(logs: LogDirectory, place: string): void {
  const [refused] = logs.refused.values();
  if (refused !== undefined) throw new UsageError(refused);
  const names = [...SERVICE_LOGS, ...EXCHANGE_LOGS];
  const absent = names.filter((name) => !logs.has(name));
  if (absent.length > 0) {
    throw new UsageError(
      `${place} does not hold ${absent.join(', ')}: this command needs every log; verify takes what is there`,
    );
  }
  for (const name of names) {
    const [said, due] = [logs.log(name).partitions, shapeOf(name, logs.partitions).partitions];
    if (said === due) continue;
    throw new UsageError(
      `log ${name} says that it has ${said} numbered partitions, and others that they have ${due}: verify says what was altered`,
    );
  }
}
