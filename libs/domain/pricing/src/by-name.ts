import { compareText } from '@ballast/kernel';

/** Entries in the order of their names. */
export function byName<Value>(named: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...named].sort(([a], [b]) => compareText(a, b));
}
