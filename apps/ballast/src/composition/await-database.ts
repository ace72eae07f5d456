import { setTimeout as wait } from 'node:timers/promises';
import { isTransient } from '@ballast/event-log';
import { UsageError } from '../usage-error.js';

/** SQLSTATE of those who are not let in: password, role, database. */
const NOT_LET_IN = /^(28|3D000)/;

const LONGEST_WAIT_MS = 15_000;
const PAUSE_MS = 500;

export interface AwaitDatabaseOptions {
  /** Where it is, in words for a person; no password. */
  readonly place: string;
  readonly notice: (line: string) => void;
  readonly longestMs?: number;
  readonly pauseMs?: number;
}

/**
 * Waits for a database that is still starting, and says that it does.
 * @param ask anything that it answers once it is there
 * @throws UsageError when it does not let us in, or does not answer in time
 */
export async function awaitDatabase(
  ask: () => Promise<unknown>,
  { place, notice, longestMs = LONGEST_WAIT_MS, pauseMs = PAUSE_MS }: AwaitDatabaseOptions,
): Promise<void> {
  const deadline = performance.now() + longestMs;
  for (let attempt = 1; ; attempt++) {
    try {
      await ask();
      return;
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message: string };
      if (typeof code === 'string' && NOT_LET_IN.test(code)) {
        throw new UsageError(
          `the database at ${place} does not let us in: ${message}; check user, password and database`,
        );
      }
      if (!isTransient(error)) throw error;
      const why = message === '' ? String(code) : message;
      if (performance.now() >= deadline) {
        throw new UsageError(`the database at ${place} does not answer (${why}); start it, or name another`);
      }
      if (attempt === 1) notice(`waiting for the database at ${place} (${why})`);
      await wait(pauseMs);
    }
  }
}
