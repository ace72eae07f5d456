import { setTimeout as wait } from 'node:timers/promises';
import { isTransient } from './postgres/transient-error.js';

export interface RetryOptions {
  /** Told before every repetition after the store failed; for logs and alarms. */
  readonly onRetry?: (error: unknown, attempt: number) => void;
  /** Whether a failure of the store may pass. */
  readonly isTransient?: (error: unknown) => boolean;
}

const FIRST_RETRY_MS = 25;
const LAST_RETRY_MS = 5_000;

/** Repeats an append until the store answers; what had been stored without an answer is recognised as a duplicate. */
export async function untilStored<Answer>(
  append: () => Promise<Answer>,
  options: RetryOptions,
  stop?: AbortSignal,
): Promise<Answer> {
  const mayPass = options.isTransient ?? isTransient;
  for (let attempt = 1; ; attempt++) {
    try {
      return await append();
    } catch (error) {
      if (!mayPass(error) || stop?.aborted === true) throw error;
      options.onRetry?.(error, attempt);
      const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
      // A part of it by chance: not all workers come back to the database at the same moment.
      await wait(longest * (0.5 + Math.random() / 2), undefined, stop && { signal: stop }).catch(() => undefined);
    }
  }
}
