import type { Instant } from '@ballast/kernel';

/** One who takes part in a lockstep: a partition's worker, the simulated exchange, or a whole process behind a gate. */
export interface LockstepParticipant {
  /** Applies what it has of this step up to this hop; resolves when that is durable and delivered. */
  runHop(clearing: Instant, hop: number): Promise<number>;
  /** Inputs that arrived and are not applied, commands included. */
  readonly backlog: number;
  /** Commands among them: they wait for the end of the step. */
  readonly waitingCommands?: number;
}

/** Far beyond any honest chain of consequences inside one clearing time. */
const HOPS_MAX = 100_000;

/**
 * Runs one step: hop after hop until nobody has anything left to apply and nobody appended anything.
 * @param from hop to begin with: 0, or where the hops of this clearing time already are when commands come in between
 * @returns the number of hops
 */
export async function runStep(
  participants: readonly LockstepParticipant[],
  clearing: Instant,
  from = 0,
): Promise<number> {
  for (let hop = from; ; hop++) {
    if (hop > HOPS_MAX) throw new Error(`step ${clearing} does not come to rest`);
    const busy = participants.filter(({ backlog, waitingCommands = 0 }) => backlog > waitingCommands);
    if (busy.length === 0) return hop - from;
    await Promise.all(busy.map((participant) => participant.runHop(clearing, hop)));
  }
}
