import type { AppendOutcome, LogStore, PlacedItem } from './event-log.js';
import { untilStored, type RetryOptions } from './until-stored.js';

/** Appends what one decision says in partitions of several logs: all of it or nothing, and again when the store fails in passing. */
export class JointCommitter {
  constructor(
    private readonly store: Pick<LogStore, 'appendTogether'>,
    private readonly options: RetryOptions = {},
  ) {}

  /** Rejects only when the store failed for good; then it is unknown whether the items were stored. */
  submitTogether(items: readonly PlacedItem[]): Promise<AppendOutcome> {
    return untilStored(() => this.store.appendTogether(items), this.options);
  }
}
