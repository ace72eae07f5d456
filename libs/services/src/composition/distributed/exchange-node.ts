import { setTimeout as wait } from 'node:timers/promises';
import type { Instant } from '@ballast/kernel';
import type { Bus, GateOpening, PartitionReport, Subscription } from '@ballast/messaging';
import type { ExchangeHost } from '../../exchange/exchange-host.js';
import { Arrivals, allArrived } from './arrivals.js';

const ARRIVAL_PATIENCE_MS = 1_500;

/** The simulated exchange as a process behind the gate. */
export class ExchangeNode {
  readonly #arrivals = new Arrivals();
  #begun: number | undefined;
  /** Live: the work in hand; one piece after the other. */
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  #subscription: Subscription | undefined;

  constructor(
    private readonly host: ExchangeHost,
    private readonly bus: Bus,
  ) {}

  /**
   * Reads on where the host's own cursors are.
   * @param onArrival told after something arrived; live answers at once, in lockstep the gate says when
   */
  async start(onArrival: () => void = () => undefined): Promise<void> {
    const sources = this.host.sources.map(({ log, partition }) => ({
      log,
      partition,
      after: this.host.arrived(log, partition),
    }));
    this.#subscription = await this.bus.subscribe(sources, (batch) => {
      this.host.offer(batch.entries);
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
    await this.start(() => this.#queue(async () => void (await this.host.runLive()), onFailure));
  }

  /** Live: begins the steps after the last stored one, each at its turn; a late step delays the next, none is skipped. */
  async play(steps: Iterable<Instant>, everyMs: number, onFailure: (error: unknown) => void): Promise<void> {
    const last = this.host.lastStep;
    for (const step of steps) {
      if (this.#stopped) return;
      if (last !== undefined && step <= last) continue;
      this.#queue(async () => void (await this.host.begin(step)), onFailure);
      await Promise.all([this.#work, wait(everyMs)]);
    }
  }

  #queue(work: () => Promise<void>, onFailure: (error: unknown) => void): void {
    this.#work = this.#work.then(() => (this.#stopped ? undefined : work())).catch(onFailure);
  }

  /**
   * Opening 0 begins the step, once; opening h + 1 answers what hop h asked. A process that was started in the middle of
   * a step repeats it from its beginning, and the step before it if that is where its logs end.
   */
  async apply({ step, hop, ends }: GateOpening): Promise<readonly PartitionReport[]> {
    const complete = allArrived(ends);
    const applied = await this.#arrivals.until(() => complete(this.host), ARRIVAL_PATIENCE_MS);
    if (applied) await this.#bringTo(step, hop);
    return this.host.ends().map(([log, partition, position]) => ({
      log,
      partition,
      epoch: this.host.epochOf(log, partition),
      position,
      applied,
    }));
  }

  async #bringTo(step: Instant, hop: number): Promise<void> {
    if (this.#begun !== step) {
      const { lastStep } = this.host;
      if (this.#begun === undefined && lastStep !== undefined && lastStep < step) {
        await this.host.begin(lastStep);
        await this.host.runHops(lastStep);
      }
      await this.host.begin(step);
      this.#begun = step;
    }
    await this.host.runHops(step, hop);
  }
}
