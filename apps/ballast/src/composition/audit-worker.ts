import { parentPort, workerData } from 'node:worker_threads';
import {
  doTogether,
  PageCache,
  type AnswerOf,
  type AuditDesk,
  type AuditTask,
  type TaskNews,
} from '@ballast/audit/checks';
import { LogDirectory, PostgresLogStore, type PostgresConnection } from '@ballast/event-log';
import type { PartitionProcess } from '@ballast/event-sourcing';
import { SERVICES } from '@ballast/services/definitions';

/** What a thread of an audit is given when it starts. */
export interface AuditThreadData {
  readonly connection: PostgresConnection;
  readonly archive: string | undefined;
  /** Among how many threads the memory for pages is divided. */
  readonly threads: number;
}

export type AuditThreadAnswer =
  | { readonly answers: readonly AnswerOf<AuditTask>[] }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string | undefined } };

/** News of one of the tasks in hand. */
export interface AuditThreadNews {
  readonly at: number;
  readonly told: TaskNews;
}

async function deskOf({ connection, archive, threads }: AuditThreadData): Promise<AuditDesk> {
  const store = new PostgresLogStore({ connection, readOnly: true, archive });
  const logs = await LogDirectory.openPresent(store);
  return { logs, services: SERVICES, reader: new PageCache(logs, threads) };
}

let exchange: Promise<PartitionProcess<unknown> | undefined> | undefined;

/** Loaded by whoever proves snapshots: nothing else asks what wrote the logs of the exchange, and its scenarios take as long to load as all else. */
const exchangeOf = ({ logs }: AuditDesk): Promise<PartitionProcess<unknown> | undefined> =>
  (exchange ??= import('./exchange-of-logs.js').then(({ exchangeOfLogs }) => exchangeOfLogs(logs)));

const port = parentPort;
const desk = port === null ? undefined : deskOf(workerData as AuditThreadData);
// Whoever asks first is told.
desk?.catch(() => undefined);

async function answerTo(tasks: readonly AuditTask[]): Promise<AuditThreadAnswer> {
  try {
    const tell = (at: number, told: TaskNews): void =>
      port?.postMessage({ news: { at, told } satisfies AuditThreadNews });
    const opened = (await desk) as AuditDesk;
    const provesSnapshots = tasks.some(({ kind }) => kind === 'snapshots');
    const whole = provesSnapshots ? { ...opened, exchange: await exchangeOf(opened) } : opened;
    return { answers: await doTogether(whole, tasks, tell) };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { error: { name, message, stack } };
  }
}

port?.on('message', (tasks: readonly AuditTask[]) => void answerTo(tasks).then((answer) => port.postMessage(answer)));
