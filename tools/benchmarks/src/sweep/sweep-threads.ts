import { invariant } from '@ballast/kernel';
import { kernelModule, simdSweep, sweepArguments, type Sweep, type SweepTables } from '@ballast/margin-sweep';
import { setTimeout as passed } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** Places in the shared control words. */
const ROUND = 0;
const LEFT = 1;
const STOP = -1;

/** The accounts of a book divided among this thread and others, which sleep between rounds. */
export class SweepThreads {
  readonly #control: Int32Array;
  readonly #workers: readonly Worker[];
  readonly #ownSweep: Sweep;
  readonly #ownEnd: number;

  /** @param tables all accounts written */
  constructor(
    tables: SweepTables,
    readonly threads: number,
  ) {
    const module = kernelModule();
    invariant(module !== null, 'threads sweep with the compiled module');
    const control = new Int32Array(new SharedArrayBuffer(8));
    const startOf = (thread: number): number => Math.floor((tables.written * thread) / threads);
    control[LEFT] = threads - 1;
    this.#control = control;
    this.#ownSweep = simdSweep(tables);
    this.#ownEnd = startOf(1);
    this.#workers = Array.from({ length: threads - 1 }, (_, n) => {
      const addresses = sweepArguments(tables);
      const part = { from: startOf(n + 1), to: startOf(n + 2) };
      const workerData = { module, memory: tables.memory, control, addresses, part };
      return new Worker(new URL('../../sweep-worker.mjs', import.meta.url), { workerData });
    });
  }

  /** Resolves when every thread waits for its first round. */
  async ready(): Promise<void> {
    // Threads start through the event loop, so this one must not sleep.
    while (Atomics.load(this.#control, LEFT) > 0) await passed(1);
  }

  /** Sweeps the whole book and comes back when every part is done. */
  sweep(): void {
    const control = this.#control;
    Atomics.store(control, LEFT, this.threads - 1);
    Atomics.add(control, ROUND, 1);
    Atomics.notify(control, ROUND);
    this.#ownSweep(0, this.#ownEnd);
    for (let left = Atomics.load(control, LEFT); left > 0; left = Atomics.load(control, LEFT)) {
      Atomics.wait(control, LEFT, left);
    }
  }

  async stop(): Promise<void> {
    Atomics.store(this.#control, ROUND, STOP);
    Atomics.notify(this.#control, ROUND);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
