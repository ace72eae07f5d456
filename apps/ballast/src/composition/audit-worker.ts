import { parentPort, workerData } from 'node:worker_threads';
import { doTask, PageCache, type AnswerOf, type AuditDesk, type AuditTask, type TaskNews } from '@ballast/audit';
import { LogDirectory, PostgresLogStore, type PostgresConnection } from '@ballast/event-log';
import { SERVICES } from '@ballast/services';
import { exchangeOfLogs } from './exchange-of-logs.js';

/** What a thread of an audit is given when it starts. */
export interface AuditThreadData {
  readonly connection: PostgresConnection;
  readonly archive: string | undefined;
  /** Among how many threads the memory for pages is divided. */
  readonly threads: number;
}

export type AuditThreadAnswer =
  | { readonly answer: AnswerOf<AuditTask> }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string | undefined } };

async function deskOf({ connection, archive, threads }: AuditThreadData): Promise<AuditDesk> {
  const store = new PostgresLogStore({ connection, readOnly: true, archive });
  const logs = await LogDirectory.openPresent(store);
  return { logs, services: SERVICES, exchange: await exchangeOfLogs(logs), reader: new PageCache(logs, threads) };
}

const port = parentPort;
const desk = port === null ? undefined : deskOf(workerData as AuditThreadData);
// Whoever asks first is told.
desk?.catch(() => undefined);

async function answerTo(task: AuditTask): Promise<AuditThreadAnswer> {
  try {
    const news = (told: TaskNews): void => port?.postMessage({ news: told });
    return { answer: await doTask((await desk) as AuditDesk, task, news) };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { error: { name, message, stack } };
  }
}

port?.on('message', (task: AuditTask) => void answerTo(task).then((answer) => port.postMessage(answer)));
