import { Worker } from 'node:worker_threads';
import type { HouseHistory } from './rebuilt-house.js';
import { TooManyQuestions } from '@ballast/services';
import { Problem } from '../rest/problem.js';
import { errorOf, type HistoryAnswer, type HistoryQuestion } from './history-answers.js';
import type { HistoryWorkerData } from './history-worker.js';

/** Questions that wait for the thread; each may read whole logs, and holds what it made of them until it is answered. */
const MOST_WAITING = 64;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * History rebuilt in a thread of its own, over a connection of its own, so that no question about the past holds up the
 * clearing. The thread starts with the first question; one that dies is started again with the next.
 */
export class HistoryThread implements HouseHistory {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  readonly series = this.#asking('series');
  readonly statement = this.#asking('statement');
  readonly held = this.#asking('held');
  readonly explanation = this.#asking('explanation');
  readonly decision = this.#asking('decision');
  readonly event = this.#asking('event');
  readonly liquidation = this.#asking('liquidation');
  readonly recomputation = this.#asking('recomputation');
  readonly markets = this.#asking('markets');
  readonly fund = this.#asking('fund');
  readonly deleveragingRounds = this.#asking('deleveragingRounds');
  readonly surfaces = this.#asking('surfaces');
  readonly rules = this.#asking('rules');
  readonly documents = this.#asking('documents');
  readonly whatIf = this.#asking('whatIf');
  readonly boardAt = this.#asking('boardAt');
  readonly accountsAt = this.#asking('accountsAt');
  readonly liquidationsAt = this.#asking('liquidationsAt');

  /** @param onFailure told of a thread that died */
  constructor(
    private readonly data: HistoryWorkerData,
    private readonly onFailure: (error: Error) => void,
  ) {}

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#ended('the process is stopping');
    await worker?.terminate();
  }

  #asking<Method extends HistoryQuestion['method']>(method: Method): HouseHistory[Method] {
    return ((...args: readonly unknown[]) => this.#ask(method, args)) as HouseHistory[Method];
  }

  #ask<Value>(method: HistoryQuestion['method'], args: readonly unknown[]): Promise<Value> {
    if (this.#waiting.size >= MOST_WAITING) {
      return Promise.reject(new TooManyQuestions(`${MOST_WAITING} questions about the past wait already; ask again`));
    }
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#asked;
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, args } satisfies HistoryQuestion);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./history-worker.js', import.meta.url), { workerData: this.data });
    worker.unref();
    worker.on('message', (answer: HistoryAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('error' in answer) waiting?.reject(errorOf(answer.error));
      else waiting?.resolve(answer.value as never);
    });
    worker.on('error', (error: Error) => this.#failed(worker, error));
    // An answer that cannot be read: whose it is is not known.
    worker.on('messageerror', (error: Error) => {
      this.#failed(worker, error);
      void worker.terminate();
    });
    worker.on('exit', (code) => this.#failed(worker, new Error(`it ended with exit code ${code}`)));
    return worker;
  }

  #failed(worker: Worker, error: Error): void {
    // One that failed says so and then ends: another may answer by then.
    if (worker !== this.#worker) return;
    this.onFailure(error);
    this.#ended('the thread that rebuilds history ended');
  }

  #ended(why: string): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Problem('not-ready', `${why}; ask again`));
    this.#waiting.clear();
  }
}
