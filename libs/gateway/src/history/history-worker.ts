import { parentPort, workerData } from 'node:worker_threads';
import { RebuiltHouse, type HouseHistory } from './rebuilt-house.js';
import { SERVICES } from '@ballast/services/definitions';
import { PostgresLogStore, type PostgresConnection } from '@ballast/event-log';
import { LogDirectory } from '@ballast/event-log';

/** What the thread is started with. */
export interface HistoryWorkerData {
  readonly connection: PostgresConnection;
  readonly partitions: number;
  /** Where archived blocks are kept now; default: where they were put. */
  readonly archive: string | undefined;
}

export interface HistoryQuestion {
  readonly id: number;
  readonly method: Exclude<keyof HouseHistory, 'close'>;
  readonly args: readonly unknown[];
}

export type HistoryAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

const { connection, partitions, archive } = workerData as HistoryWorkerData;
const port = parentPort;
if (port !== null) {
  const opened = (async () => {
    const store = new PostgresLogStore({ connection, archive });
    return new RebuiltHouse(await LogDirectory.open(store, partitions), SERVICES);
  })();
  port.on('message', ({ id, method, args }: HistoryQuestion) => {
    opened
      .then((history) => (history[method] as (...given: readonly unknown[]) => Promise<unknown>)(...args))
      .then(
        (value) => port.postMessage({ id, value } satisfies HistoryAnswer),
        ({ name, message }: Error) => port.postMessage({ id, error: { name, message } } satisfies HistoryAnswer),
      );
  });
}
