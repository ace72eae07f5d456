import type { Subscription } from '../bus.js';
import type { LockstepChannel } from './lockstep-channel.js';
import type { GateOpening, LockstepReport } from './lockstep-messages.js';

/** The channel inside one process. */
export class InProcessLockstepChannel implements LockstepChannel {
  #newest: GateOpening | undefined;
  readonly #openings = new Set<(opening: GateOpening) => void>();
  readonly #reports = new Set<(report: LockstepReport) => void>();

  async announce(opening: GateOpening): Promise<void> {
    this.#newest = opening;
    for (const handle of this.#openings) handle(opening);
  }

  async report(report: LockstepReport): Promise<void> {
    for (const handle of this.#reports) handle(report);
  }

  async openings(handle: (opening: GateOpening) => void): Promise<Subscription> {
    this.#openings.add(handle);
    if (this.#newest !== undefined) handle(this.#newest);
    return { stop: async () => void this.#openings.delete(handle) };
  }

  async reports(handle: (report: LockstepReport) => void): Promise<Subscription> {
    this.#reports.add(handle);
    return { stop: async () => void this.#reports.delete(handle) };
  }

  async close(): Promise<void> {
    this.#openings.clear();
    this.#reports.clear();
  }
}
