import { InvariantViolation, instantOf, type Instant } from '@ballast/kernel';
import { Problem } from './problem.js';

/** The clearing time that a question names; undefined for now. @throws Problem `request-malformed` */
export function momentOf(at: string | undefined): Instant | undefined {
  if (at === undefined) return undefined;
  try {
    return instantOf(at);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new Problem('request-malformed', error.message, [
      { field: 'at', message: error.message, remedy: 'write an ISO 8601 UTC time such as 2020-03-12T10:45:00Z' },
    ]);
  }
}
