/** Something the caller can put right; the message names it and the remedy. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
