import { setTimeout as wait } from 'node:timers/promises';
import type { SimulatorState } from '@ballast/exchange-simulator-domain';
import type { Instant } from '@ballast/kernel';
import type { Bus, GateOpening, PartitionReport, SourceCursor, Subscription } from '@ballast/messaging';
import type { PartitionWorker } from '@ballast/partition-worker';
import { CLOCK_EVERY_MS, wallClockFrom } from '../../exchange/wall-clock.js';
import { Arrivals, allArrived } from './arrivals.js';

const ARRIVAL_PATIENCE_MS = 1_500;

/** The worker of the simulated exchange in a process of its own: behind the gate, or by the wall clock. */
export class ExchangeNode {
  readonly #arrivals = new Arrivals();
  /** Live: the work in hand; one piece after the other. */
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  #subscription: Subscription | undefined;

  constructor(
    private readonly worker: PartitionWorker<SimulatorState>,
    private readonly bus: Bus,
  ) {}

  /**
   * Reads on where the worker's own cursors are.
   * @param onArrival told after something arrived; live answers at once, in lockstep the gate says when
   */
  async start(onArrival: () => void = () => undefined): Promise<void> {
    const sources = this.worker.sources.map(({ log, partition }): SourceCursor => {
      const offset = this.worker.storedOffset(log, partition);
      const after = this.worker.arrived(log, partition);
      return { log, partition, after, ...(offset === undefined ? {} : { offset }) };
    });
    this.#subscription = await this.bus.subscribe(sources, (batch) => {
      this.worker.offer(batch.entries);
      this.worker.noteOffset(batch.log, batch.partition, batch.nextOffset);
      this.#arrivals.notify();
      onArrival();
      return Promise.resolve();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#subscription?.stop();
    this.#arrivals.notify();
    await this.#work;
  }

  /** Live: answers whatever has arrived, freely. @param onFailure the process is to end */
  async startLive(onFailure: (error: unknown) => void): Promise<void> {
    await this.start(() => this.#queue(() => this.#answerAll(), onFailure));
  }

  /** An item has a limit, so that a backlog takes several; what has to wait for something else is left. */
  async #answerAll(): Promise<void> {
    while (this.worker.backlog > 0 && (await this.worker.runLive()) > 0);
  }

  /**
   * Live: begins the steps after the last stored one, each at its turn; a late step delays the next, none is skipped. Behind the last
   * the clock ticks on until the node is stopped.
   */
  async play(steps: Iterable<Instant>, everyMs: number, onFailure: (error: unknown) => void): Promise<void> {
    const last = this.worker.machine.clearing;
    for (const step of steps) {
      if (this.#stopped) return;
      if (step <= last) continue;
      this.#queue(async () => void (await this.worker.tick(step)), onFailure);
      await Promise.all([this.#work, wait(everyMs)]);
    }
    await this.#tickOn(onFailure);
  }

  /** Live, behind the last step: the clock goes on by the wall, so that the services notice that nothing is quoted any more. */
  async #tickOn(onFailure: (error: unknown) => void): Promise<void> {
    const clock = wallClockFrom(this.worker.machine.clearing);
    while (!this.#stopped) {
      this.#queue(async () => void (await this.worker.tick(clock())), onFailure);
      await Promise.all([this.#work, wait(CLOCK_EVERY_MS, undefined, { ref: false })]);
    }
  }

  #queue(work: () => Promise<void>, onFailure: (error: unknown) => void): void {
    this.#work = this.#work.then(() => (this.#stopped ? undefined : work())).catch(onFailure);
  }

  /**
   * Opening 0 begins the step, once; opening h + 1 answers what hop h asked. A process that was started in the middle of
   * a step goes on where its logs end.
   */
  async apply({ step, hop, ends }: GateOpening): Promise<readonly PartitionReport[]> {
    const complete = allArrived(ends);
    const applied = await this.#arrivals.until(() => complete(this.worker), ARRIVAL_PATIENCE_MS);
    if (applied) await this.#bringTo(step, hop);
    return this.worker.written.map(({ log, partition, epoch, size }) => ({
      log,
      partition,
      epoch,
      position: size,
      applied,
    }));
  }

  async #bringTo(step: Instant, hop: number): Promise<void> {
    const { worker } = this;
    const { clearing } = worker.machine;
    // After a start the last inputs of the step before have to be taken again: they had no answer.
    if (clearing < step) {
      if (clearing > 0) await worker.runHop(clearing, Infinity);
      await worker.tick(step);
    }
    for (let each = 0; each < hop && worker.backlog > 0; each++) await worker.runHop(step, each);
  }
}
