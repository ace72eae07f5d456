import type { PlacedOutcome } from '@ballast/event-sourcing';

/**
 * What a partition has said of ids for good, kept behind its log by its writer: a copy of what stands there, which `verify` compares
 * with it and which can be made again. It answers alone: whoever asks need not read the log, nor an archive that may be away.
 */
export interface OutcomeIndex {
  /** Position up to which the partition is indexed; 0 before the first. */
  indexed(partition: number): Promise<number>;
  /**
   * Puts in what stands behind `after` and not behind `upTo`.
   * @returns whether it did: not when the index is no longer at `after`
   */
  add(partition: number, after: number, upTo: number, outcomes: readonly PlacedOutcome[]): Promise<boolean>;
  /** What was said of some keys at or before a position. */
  find(partition: number, keys: readonly string[], upTo: number): Promise<ReadonlyMap<string, OutcomeAt>>;
  /** How many outcomes it holds, of those that were said at or before a position if one is named; for verification. */
  count(partition: number, upTo?: number): Promise<number>;
  /**
   * Makes the index of a partition again, for whoever owns the tables. Nobody sees it half made.
   * @param pages reads what the log says behind a position to its end; asked from the beginning while its writer goes on, and then, once
   * that one waits, for what came meanwhile
   */
  rebuild(partition: number, pages: (after: number) => AsyncIterable<OutcomePage>): Promise<void>;
}

/** What a stretch of a log says of ids, and the position up to which that is. */
export interface OutcomePage {
  readonly upTo: number;
  readonly placed: readonly PlacedOutcome[];
}

export type OutcomeAt = Omit<PlacedOutcome, 'key'>;
