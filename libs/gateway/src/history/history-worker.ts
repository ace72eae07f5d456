import { parentPort, workerData } from 'node:worker_threads';
import { HistoryAnswers, toldOf, type HistoryQuestion } from './history-answers.js';
import { RebuiltHouse } from './rebuilt-house.js';
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

const { connection, partitions, archive } = workerData as HistoryWorkerData;
const port = parentPort;
if (port !== null) {
  const answers = new HistoryAnswers(async () => {
    const store = new PostgresLogStore({ connection, archive });
    try {
      return new RebuiltHouse(await LogDirectory.open(store, partitions), SERVICES);
    } catch (error) {
      // The next question opens another one.
      await store.close();
      throw error;
    }
  });
  port.on('message', (question: HistoryQuestion) => {
    void answers
      .answer(question)
      .then((answer) => port.postMessage(answer))
      // What cannot be sent to another thread is nobody else's trouble.
      .catch((error: Error) => port.postMessage({ id: question.id, error: toldOf(error) }));
  });
}
