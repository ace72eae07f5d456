/** A rule of ours is broken: a defect or a damaged log, never an expected refusal. */
export class InvariantViolation extends Error {
  override readonly name: string = 'InvariantViolation';
}

/** @throws InvariantViolation with the given sentence when the condition is false */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new InvariantViolation(sentence);
}

/** Compile-time proof that a switch is exhaustive; at run time an unknown case stops the fold. */
export function assertNever(value: never): never {
  throw new InvariantViolation(`unexpected case: ${JSON.stringify(value)}`);
}
