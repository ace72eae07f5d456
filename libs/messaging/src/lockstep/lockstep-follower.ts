import type { Subscription } from '../bus.js';
import type { LockstepChannel } from './lockstep-channel.js';
import type { GateOpening, PartitionReport } from './lockstep-messages.js';

export interface LockstepFollowerOptions {
  readonly channel: LockstepChannel;
  readonly worker: string;
  /**
   * Brings every partition of this process up to the opening and says where each ends. Called with one opening at a
   * time, and again with the same one when it is sent again: what is applied is not applied twice, only reported.
   */
  readonly apply: (opening: GateOpening) => Promise<readonly PartitionReport[]>;
  /** An opening could not be applied; the driver sends it again. */
  readonly onFailure: (error: unknown) => void;
}

/** A process's side of lockstep. One that joins late begins with the opening that is newest then. */
export class LockstepFollower {
  #subscription: Subscription | undefined;
  #next: GateOpening | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  private constructor(private readonly options: LockstepFollowerOptions) {}

  static async start(options: LockstepFollowerOptions): Promise<LockstepFollower> {
    const follower = new LockstepFollower(options);
    follower.#subscription = await options.channel.openings((opening) => follower.#take(opening));
    return follower;
  }

  /** Resolves when no opening is being applied any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#subscription?.stop();
    await this.#running;
  }

  /** Only the newest counts: the driver opens nothing new before the last one is reported by everybody. */
  #take(opening: GateOpening): void {
    this.#next = opening;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { channel, worker, apply, onFailure } = this.options;
    // Never in the caller's turn: `#running` is set before anything is applied.
    await Promise.resolve();
    for (let opening = this.#next; opening !== undefined && !this.#stopped; opening = this.#next) {
      this.#next = undefined;
      try {
        const { run, step, hop } = opening;
        const partitions = await apply(opening);
        await channel.report({ run, worker, step, hop, partitions });
      } catch (error) {
        onFailure(error);
      }
    }
    this.#running = undefined;
  }
}
