import type { Subscription } from '../bus.js';
import type { GateOpening, LockstepReport } from './lockstep-messages.js';

/** Carries openings from the driver to everybody, and reports back. At least once; what is no message is ignored. */
export interface LockstepChannel {
  announce(opening: GateOpening): Promise<void>;
  report(report: LockstepReport): Promise<void>;
  /** The newest opening, if there is one, then every further one in order. `handle` must return at once. */
  openings(handle: (opening: GateOpening) => void): Promise<Subscription>;
  /** Every report from now on. `handle` must return at once. */
  reports(handle: (report: LockstepReport) => void): Promise<Subscription>;
  close(): Promise<void>;
}
