import { Worker } from 'node:worker_threads';
import type { HouseHistory } from '../rest/rebuilt-house.js';
import type { HistoryAnswer, HistoryQuestion, HistoryWorkerData } from './history-worker.js';

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

  constructor(private readonly data: HistoryWorkerData) {}

  series(...args: Parameters<HouseHistory['series']>): ReturnType<HouseHistory['series']> {
    return this.#ask('series', args);
  }

  explanation(...args: Parameters<HouseHistory['explanation']>): ReturnType<HouseHistory['explanation']> {
    return this.#ask('explanation', args);
  }

  decision(...args: Parameters<HouseHistory['decision']>): ReturnType<HouseHistory['decision']> {
    return this.#ask('decision', args);
  }

  event(...args: Parameters<HouseHistory['event']>): ReturnType<HouseHistory['event']> {
    return this.#ask('event', args);
  }

  liquidation(...args: Parameters<HouseHistory['liquidation']>): ReturnType<HouseHistory['liquidation']> {
    return this.#ask('liquidation', args);
  }

  recomputation(...args: Parameters<HouseHistory['recomputation']>): ReturnType<HouseHistory['recomputation']> {
    return this.#ask('recomputation', args);
  }

  markets(...args: Parameters<HouseHistory['markets']>): ReturnType<HouseHistory['markets']> {
    return this.#ask('markets', args);
  }

  fund(...args: Parameters<HouseHistory['fund']>): ReturnType<HouseHistory['fund']> {
    return this.#ask('fund', args);
  }

  boardAt(...args: Parameters<HouseHistory['boardAt']>): ReturnType<HouseHistory['boardAt']> {
    return this.#ask('boardAt', args);
  }

  accountsAt(...args: Parameters<HouseHistory['accountsAt']>): ReturnType<HouseHistory['accountsAt']> {
    return this.#ask('accountsAt', args);
  }

  liquidationsAt(...args: Parameters<HouseHistory['liquidationsAt']>): ReturnType<HouseHistory['liquidationsAt']> {
    return this.#ask('liquidationsAt', args);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#ended(new Error('the process is stopping'));
    await worker?.terminate();
  }

  #ask<Value>(method: HistoryQuestion['method'], args: readonly unknown[]): Promise<Value> {
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
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.value as never);
    });
    worker.on('error', (error) => this.#ended(error));
    worker.on('exit', (code) => this.#ended(new Error(`the thread that rebuilds history ended with ${code}`)));
    return worker;
  }

  #ended(error: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
