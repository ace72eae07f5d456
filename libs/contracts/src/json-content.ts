import type { FieldError } from './refusal.js';

/** Nothing that anybody sends here has as many levels; whoever reads a level calls himself for the next one. */
const DEEPEST = 64;
const LONGEST_PATH = 200;

/**
 * What of a JSON value could not be kept, whatever its schema: a number that is not whole (its text and what a reader makes of it
 * differ; a decimal is text), and levels without end. Undefined when there is nothing.
 * @param where what the value is called, where a field has no name of its own
 */
export function contentFault(value: unknown, where: string): FieldError | undefined {
  const waiting = [{ value, field: '', depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value: seen, depth } = next;
    const field = next.field === '' ? where : next.field;
    if (typeof seen === 'number' && !Number.isSafeInteger(seen)) {
      return { field, message: `is ${seen}`, remedy: 'send a whole number, or a decimal as text such as "0.5"' };
    }
    if (typeof seen !== 'object' || seen === null) continue;
    if (depth === DEEPEST) {
      return { field, message: `stands ${DEEPEST} levels deep`, remedy: 'send fewer records within records' };
    }
    for (const [name, part] of Object.entries(seen) as [string, unknown][]) {
      const path = Array.isArray(seen) ? `${field}[${name}]` : `${next.field}${next.field === '' ? '' : '.'}${name}`;
      waiting.push({ value: part, field: path.slice(0, LONGEST_PATH), depth: depth + 1 });
    }
  }
  return undefined;
}
