/** A write from outside, addressed to the partition that owns it. */
export interface Command {
  /** The Idempotency-Key of the caller. */
  readonly id: string;
  readonly type: string;
  readonly body: unknown;
  readonly actor: string | null;
}

/** The same id came with another body before: the caller reused a key. */
export class IdempotencyConflict extends Error {
  override readonly name = 'IdempotencyConflict';
  constructor(readonly commandId: string) {
    super(`command id ${commandId} was used for another command; take a new Idempotency-Key`);
  }
}
