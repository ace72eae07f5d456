import type { SimulatorState } from '@ballast/exchange-simulator-domain';
import type { Instant } from '@ballast/kernel';
import type { PartitionWorker } from '@ballast/partition-worker';
import type { LiveRunner } from './live-loop.js';

/** The simulated exchange as one more free runner: it begins a step when it is told to, and answers whenever something arrives. */
export class LiveExchange implements LiveRunner {
  readonly #due: Instant[] = [];

  constructor(private readonly worker: PartitionWorker<SimulatorState>) {}

  get sources(): LiveRunner['sources'] {
    return this.worker.sources;
  }

  get backlog(): number {
    return this.worker.backlog + this.#due.length;
  }

  /** Steps that are due and not begun. */
  get stepsPending(): number {
    return this.#due.length;
  }

  /** The newest step that was begun; undefined before the first. */
  get lastStep(): Instant | undefined {
    const { clearing } = this.worker.machine;
    return clearing === 0 ? undefined : clearing;
  }

  step(at: Instant): void {
    this.#due.push(at);
  }

  /** Answers first: a step that is due at every turn must not keep close-out orders waiting for ever. */
  async runLive(): Promise<number> {
    const answered = this.worker.backlog > 0 ? await this.worker.runLive() : 0;
    const at = this.#due.shift();
    if (at === undefined) return answered;
    await this.worker.tick(at);
    return answered + 1;
  }
}
