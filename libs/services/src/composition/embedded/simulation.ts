import type { ExchangeSimulator } from '@ballast/exchange-simulator-domain';
import type { Instant } from '@ballast/kernel';
import { runStep, type LockstepParticipant } from '@ballast/partition-worker';
import { ExchangeHost } from '../../exchange/exchange-host.js';
import type { ClearingHouse } from './clearing-house.js';

export interface SimulationOptions<State> {
  readonly house: ClearingHouse;
  readonly simulator: ExchangeSimulator<State>;
  /** Clearing times of the steps, ascending. */
  readonly steps: readonly Instant[];
}

/** A clearing house and a simulated exchange in lockstep, step by step; resumes where the logs end. */
export class Simulation {
  #next: number;

  private constructor(
    private readonly house: ClearingHouse,
    private readonly exchange: ExchangeHost<unknown>,
    private readonly steps: readonly Instant[],
  ) {
    const last = exchange.lastStep;
    const found = last === undefined ? 0 : steps.findIndex((step) => step >= last);
    this.#next = found < 0 ? steps.length : found;
  }

  static async open<State>({ house, simulator, steps }: SimulationOptions<State>): Promise<Simulation> {
    const exchange = await ExchangeHost.open({
      simulator,
      logs: house.logs,
      reader: house.logs,
      partitions: house.partitions,
      worker: house.worker,
      publish: (entries) => house.publish(entries),
    });
    house.delivery.add(exchange);
    await Promise.all([house.catchUp(), exchange.catchUp()]);
    return new Simulation(house, exchange, steps);
  }

  get done(): boolean {
    return this.#next >= this.steps.length;
  }

  get stepsDone(): number {
    return this.#next;
  }

  /** Clearing time of the step that runs or ran last. */
  get clearing(): Instant | undefined {
    return this.steps[Math.max(0, this.#next - 1)];
  }

  /** Runs one step to its rest, then the commands that waited, as a step of their own at the same clearing time. */
  async step(): Promise<void> {
    const at = this.steps[this.#next];
    if (at === undefined) return;
    await this.exchange.begin(at);
    await runStep(this.#participants, at);
    this.#next += 1;
    await this.runCommands();
  }

  /** Decides the commands that wait, until none does; hops of the present clearing time count on. */
  async runCommands(): Promise<void> {
    const at = this.clearing ?? 0;
    for (;;) {
      const waiting = this.house.workers.filter(({ waitingCommands }) => waitingCommands > 0);
      if (waiting.length === 0) return;
      const hops = this.house.workers
        .filter(({ machine }) => machine.clearing === at)
        .map(({ machine }) => machine.time.hop);
      await Promise.all(waiting.map((worker) => worker.runCommands(at)));
      await runStep(this.#participants, at, Math.max(0, ...hops));
    }
  }

  get #participants(): readonly LockstepParticipant[] {
    return [...this.house.workers, this.exchange];
  }
}
