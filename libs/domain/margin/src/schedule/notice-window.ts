import type { Instant } from '@ballast/facts';
import { HOUR_MS, invariant } from '@ballast/kernel';

/** Longest notice period that parameters may name; what is older is forgotten. */
export const LONGEST_NOTICE_MS = 24 * HOUR_MS;

/** Something that was in force from its moment until the next one's. */
export interface InForceFrom {
  readonly from: Instant;
}

/**
 * What was in force in [t - tau_n, t]: the newest at or before t - tau_n, and all later ones. The first one ever
 * counts as in force for the whole period.
 * @param history oldest first, not empty
 */
export function inForceWithin<T extends InForceFrom>(
  history: readonly T[],
  now: Instant,
  noticeMs: number,
): readonly T[] {
  invariant(history.length > 0, 'nothing was ever in force');
  let first = history.length - 1;
  while (first > 0 && (history[first] as T).from > now - noticeMs) first -= 1;
  return history.slice(first);
}

/** Adds what is in force from now on, and drops what no notice period can reach any more. In place. */
export function putInForce<T extends InForceFrom>(history: T[], next: T): void {
  history.push(next);
  let obsolete = 0;
  while (obsolete + 1 < history.length && (history[obsolete + 1] as T).from <= next.from - LONGEST_NOTICE_MS)
    obsolete += 1;
  if (obsolete > 0) history.splice(0, obsolete);
}
