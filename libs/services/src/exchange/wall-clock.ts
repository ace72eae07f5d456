import type { EventLog } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import type { Instant } from '@ballast/kernel';

/** How often the clock of a live exchange ticks when nothing is quoted. */
export const CLOCK_EVERY_MS = 1_000;

/**
 * Clearing time that goes on from a moment as the wall does, in whole milliseconds. The time of an exchange that is simulated is
 * another than that of the wall; what passes is the same. Measured by a clock that nobody can set.
 * @see docs/spec/pricing.md CLR-PRC-013
 */
export function wallClockFrom(start: Instant, now: () => number = () => performance.now()): () => Instant {
  const began = now();
  return () => start + Math.floor(now() - began);
}

/**
 * Wall time since the exchange last said something, milliseconds, also while nobody listened; undefined when it never did.
 * @param quotes log of its quotes
 */
export async function silenceOf(quotes: EventLog, now: () => number = () => Date.now()): Promise<number | undefined> {
  const size = (await quotes.heads()).find(({ partition }) => partition === GLOBAL)?.size ?? 0;
  if (size === 0) return undefined;
  const [last] = await quotes.readRaw(GLOBAL, size - 1, 1);
  // A clock that was set back makes nothing younger than now.
  return last === undefined ? undefined : Math.max(0, now() - last.recordedAt);
}
