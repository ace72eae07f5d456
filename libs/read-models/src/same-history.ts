import type { EventLog } from '@ballast/event-log';

/** How far something was filled from a log partition. */
export interface Filled {
  readonly partition: number;
  readonly position: number;
  /** Chain head after that position, hex; null of what was filled before it was noted. */
  readonly chain: string | null;
}

/**
 * Whether a log still holds what something was filled from: it may have been replaced as a whole, by a shorter one or by one that is as
 * long or longer.
 */
export async function isSameHistory(
  log: Pick<EventLog, 'readLines'>,
  { partition, position, chain }: Filled,
): Promise<boolean> {
  if (position === 0) return true;
  const [line] = await log.readLines(partition, position - 1, 1);
  return line?.position === position && line.chain.toString('hex') === chain;
}
