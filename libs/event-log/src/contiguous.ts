import { invariant } from '@ballast/kernel';

/** @throws InvariantViolation when the rows don't continue `after` one by one */
export function assertContiguous(
  log: string,
  partition: number,
  after: number,
  rows: readonly { readonly position: number }[],
): void {
  rows.forEach((row, index) => {
    const expected = after + 1 + index;
    invariant(row.position === expected, `${log}/${partition} has a hole: position ${expected} is missing`);
  });
}
