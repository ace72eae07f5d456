import type { LogEntry } from '@ballast/event-sourcing';
import { sourceKey } from '@ballast/partition-worker';

/** One that applies what has arrived when it is told that something has. */
export interface LiveRunner {
  readonly sources: readonly { readonly log: string; readonly partition: number }[];
  readonly backlog: number;
  /** @returns number of inputs applied; 0 when everything that is there has to wait for something else */
  runLive(): Promise<number>;
}

/** Runs partitions freely, each as soon as something arrives for it: no gate, inputs interleave as they come. */
export class LiveLoop {
  readonly #readers = new Map<string, LiveRunner[]>();
  readonly #running = new Map<LiveRunner, Promise<void>>();
  readonly #again = new Set<LiveRunner>();
  readonly #failed = new Set<LiveRunner>();
  #stopped = false;

  /** @param onFailure told when a runner fails; it is not run again */
  constructor(
    runners: readonly LiveRunner[],
    private readonly onFailure: (runner: LiveRunner, error: unknown) => void,
  ) {
    for (const runner of runners) {
      for (const { log, partition } of runner.sources) {
        const key = sourceKey(log, partition);
        const present = this.#readers.get(key);
        if (present === undefined) this.#readers.set(key, [runner]);
        else present.push(runner);
      }
      this.wake(runner);
    }
  }

  /** Tells the loop what was delivered. */
  delivered(entries: readonly LogEntry[]): void {
    const keys = new Set(entries.map(({ log, partition }) => sourceKey(log, partition)));
    for (const key of keys) for (const runner of this.#readers.get(key) ?? []) this.wake(runner);
  }

  wake(runner: LiveRunner): void {
    if (this.#stopped || this.#failed.has(runner)) return;
    if (this.#running.has(runner)) {
      this.#again.add(runner);
      return;
    }
    this.#running.set(runner, this.#run(runner));
  }

  async #run(runner: LiveRunner): Promise<void> {
    // Never in the caller's turn: it is listed as running before it runs.
    await Promise.resolve();
    try {
      do {
        this.#again.delete(runner);
        while (!this.#stopped && runner.backlog > 0) if ((await runner.runLive()) === 0) break;
      } while (this.#again.has(runner) && !this.#stopped);
    } catch (error) {
      this.#failed.add(runner);
      this.onFailure(runner, error);
    } finally {
      // In the same turn as the last look at `again`: a wake-up finds either a runner that looks again, or none.
      this.#running.delete(runner);
    }
  }

  /** Resolves when nobody runs: for tests, and before a summary. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.idle();
  }
}
