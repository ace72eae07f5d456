import type { Bus, GateOpening, PartitionReport, Subscription } from '@ballast/messaging';
import type { ExchangeHost } from '../exchange/exchange-host.js';
import { Arrivals } from './arrivals.js';

const ARRIVAL_PATIENCE_MS = 1_500;

/** The simulated exchange as a process behind the gate. */
export class ExchangeNode {
  readonly #arrivals = new Arrivals();
  #begun: number | undefined;
  #subscription: Subscription | undefined;

  constructor(
    private readonly host: ExchangeHost,
    private readonly bus: Bus,
  ) {}

  /** Reads on where the host's own cursors are. */
  async start(): Promise<void> {
    const sources = this.host.sources.map(({ log, partition }) => ({
      log,
      partition,
      after: this.host.arrived(log, partition),
    }));
    this.#subscription = await this.bus.subscribe(sources, (batch) => {
      this.host.offer(batch.entries);
      this.#arrivals.notify();
      return Promise.resolve();
    });
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop();
    this.#arrivals.notify();
  }

  /** Opening 0 begins the step, once; opening h + 1 answers what hop h asked. */
  async apply({ step, hop, ends }: GateOpening): Promise<readonly PartitionReport[]> {
    const upTo = new Map(ends.map(([log, partition, position]) => [`${log}/${partition}`, position]));
    const complete = (): boolean =>
      this.host.sources.every(
        ({ log, partition }) => this.host.arrived(log, partition) >= (upTo.get(`${log}/${partition}`) ?? 0),
      );
    const applied = await this.#arrivals.until(complete, ARRIVAL_PATIENCE_MS);
    if (applied) {
      if (hop > 0) await this.host.runHop(step, hop - 1);
      else if (this.#begun !== step) {
        await this.host.begin(step);
        this.#begun = step;
      }
    }
    return this.host.ends().map(([log, partition, position]) => ({
      log,
      partition,
      epoch: this.host.epochOf(log, partition),
      position,
      applied,
    }));
  }
}
