import type { ExchangeSimulator, SimulatorState } from '@ballast/exchange-simulator-domain';
import type { Instant } from '@ballast/kernel';
import { runStep, type LockstepParticipant, type PartitionWorker } from '@ballast/partition-worker';
import type { ClearingHouse } from './clearing-house.js';

export interface SimulationOptions {
  readonly house: ClearingHouse;
  readonly simulator: ExchangeSimulator;
  /** Clearing times of the steps, ascending. */
  readonly steps: readonly Instant[];
}

/** A clearing house and a simulated exchange in lockstep, step by step; resumes where the logs end. */
export class Simulation {
  #next: number;

  private constructor(
    private readonly house: ClearingHouse,
    private readonly exchange: PartitionWorker<SimulatorState>,
    private readonly steps: readonly Instant[],
  ) {
    // The last step goes on where its logs end: what it has said already it does not say again.
    const found = steps.findIndex((step) => step >= exchange.machine.clearing);
    this.#next = found < 0 ? steps.length : found;
  }

  static async open({ house, simulator, steps }: SimulationOptions): Promise<Simulation> {
    const exchange = await house.openExchange(simulator);
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
    await this.exchange.tick(at);
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
