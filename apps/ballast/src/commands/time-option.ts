import { InvariantViolation, instantOf, type Instant } from '@ballast/kernel';
import { UsageError } from '../usage-error.js';

/** Reads the time of an option. @throws UsageError naming the option when it is no time */
export function timeOption(option: string, iso: string | undefined): Instant | undefined {
  if (iso === undefined) return undefined;
  try {
    return instantOf(iso);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new UsageError(`${option} must be a time such as 2020-03-12T10:45:00Z: ${error.message}`);
  }
}
