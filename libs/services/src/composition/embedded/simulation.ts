import type { CommandResult } from '@ballast/event-sourcing';
import type { ExchangeSimulator, SimulatorState } from '@ballast/exchange-simulator-domain';
import type { ServiceLog } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import { runStep, type Command, type LockstepParticipant, type PartitionWorker } from '@ballast/partition-worker';
import type { ClearingHouse } from './clearing-house.js';

/** A command for the owner of a partition. */
interface CommandTo {
  readonly log: ServiceLog;
  readonly partition: number;
  readonly command: Command;
}

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

  /** Decides commands as one step: none of them before all wait, or were answered earlier. Ids differ, and nobody else asks meanwhile. */
  async execute(asked: readonly CommandTo[]): Promise<readonly CommandResult[]> {
    let wake: () => void = () => undefined;
    const unwatch = this.house.onCommand(() => wake());
    try {
      let open = asked.length;
      const answers = asked.map(({ log, partition, command }) =>
        this.house.execute(log, partition, command).finally(() => {
          open -= 1;
          wake();
        }),
      );
      const all = Promise.all(answers);
      all.catch(() => undefined);
      const waiting = (): number => this.house.workers.reduce((sum, { waitingCommands }) => sum + waitingCommands, 0);
      while (waiting() < open) await new Promise<void>((resolve) => (wake = resolve));
      await this.runCommands();
      return await all;
    } finally {
      unwatch();
    }
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
