import { Worker } from 'node:worker_threads';
import type { History } from '@ballast/audit';
import type { HistoryAnswer, HistoryQuestion, HistoryWorkerData } from './history-worker.js';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * History rebuilt in a thread of its own, over a connection of its own, so that no question about the past holds up the
 * clearing. The thread starts with the first question; one that dies is started again with the next.
 */
export class HistoryThread implements History {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(private readonly data: HistoryWorkerData) {}

  series(...args: Parameters<History['series']>): ReturnType<History['series']> {
    return this.#ask('series', args);
  }

  explanation(...args: Parameters<History['explanation']>): ReturnType<History['explanation']> {
    return this.#ask('explanation', args);
  }

  decision(...args: Parameters<History['decision']>): ReturnType<History['decision']> {
    return this.#ask('decision', args);
  }

  event(...args: Parameters<History['event']>): ReturnType<History['event']> {
    return this.#ask('event', args);
  }

  liquidation(...args: Parameters<History['liquidation']>): ReturnType<History['liquidation']> {
    return this.#ask('liquidation', args);
  }

  recomputation(...args: Parameters<History['recomputation']>): ReturnType<History['recomputation']> {
    return this.#ask('recomputation', args);
  }

  markets(): ReturnType<History['markets']> {
    return this.#ask('markets', []);
  }

  fund(): ReturnType<History['fund']> {
    return this.#ask('fund', []);
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
