import type { LogEntry } from './event.js';

/**
 * Order in which a partition takes entries in lockstep: clearing time, hop, source (in the order of the reader's
 * source list), source partition, position.
 */
export function compareLockstep(
  rankOf: (log: string, partition: number) => number,
): (a: LogEntry, b: LogEntry) => number {
  return (a, b) =>
    a.time.clearing - b.time.clearing ||
    a.time.hop - b.time.hop ||
    rankOf(a.log, a.partition) - rankOf(b.log, b.partition) ||
    a.partition - b.partition ||
    a.position - b.position;
}
