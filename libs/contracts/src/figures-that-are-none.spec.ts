import { canonicalText, DECIMAL, matches } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import { figuresThatAreNone, mayHoldNoFigure, withFigures } from '@ballast/facts';
import { goldenEvent, goldenEvents } from './golden/golden-events.fixtures.js';
import { parseEntry } from './parse-entry.js';

interface Leaf {
  readonly field: string;
  /** The event with something else there. */
  with(value: string): LogEntry;
}

/** Every text of a payload that reads like a decimal. */
function* decimalsOf(entry: LogEntry): Generator<Leaf> {
  function* within(value: unknown, path: readonly (string | number)[]): Generator<Leaf> {
    if (matches(DECIMAL, value)) {
      const field = path.reduce<string>(
        (text, key) => text + (typeof key === 'number' ? `[${key}]` : `.${key}`),
        'payload',
      );
      yield { field, with: (other) => ({ ...entry, payload: put(entry.payload, path, other) }) };
    } else if (typeof value === 'object' && value !== null) {
      // The items of a list have one schema.
      for (const [key, held] of Object.entries(value).slice(0, Array.isArray(value) ? 2 : Infinity)) {
        yield* within(held, [...path, Array.isArray(value) ? Number(key) : key]);
      }
    }
  }
  yield* within(entry.payload, []);
}

function put(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(root) ? [...(root as unknown[])] : { ...(root as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = put(copy[key], rest, value);
  return copy;
}

/** Of an event: arrays of risk figures have thousands. */
const MOST_FIELDS = 60;
const NONE = ['NaN', 'Infinity', '-Infinity'];

describe('a figure that is none', () => {
  it('is found in every field of every event of a service that holds a decimal, and refused in any event by its schema [CLR-LOG-080]', () => {
    let fields = 0;
    const missed: string[] = [];
    for (const { file, entry } of goldenEvents()) {
      if (entry.log.endsWith('.commands')) continue;
      expect(figuresThatAreNone(entry)).toEqual([]);
      for (const { field, with: other } of [...decimalsOf(entry)].slice(0, MOST_FIELDS)) {
        // A text of people that reads like a decimal, or a document that its own reader judges.
        if (parseEntry(entry.log, other('NaN')).ok) continue;
        fields += 1;
        const isFound = (text: string): boolean => {
          const found = figuresThatAreNone(other(text));
          const read = withFigures(other(text), { [field]: '7' });
          return (
            found.length === 1 && found[0]?.field === field && canonicalText(read) === canonicalText(other('7').payload)
          );
        };
        const isRefused = (text: string): boolean => {
          const parsed = parseEntry(entry.log, other(text));
          return !parsed.ok && parsed.error.field === field;
        };
        const isOurs = !entry.log.startsWith('exchange.');
        if (isOurs ? !NONE.every(isFound) : NONE.some(isFound)) missed.push(`${file}: ${field} as it is read`);
        if (![...NONE, '-0', '1e400'].every(isRefused)) missed.push(`${file}: ${field}`);
      }
    }
    expect(missed).toEqual([]);
    expect(fields).toBeGreaterThan(500);
  });

  it('is none where people write what they like [CLR-LOG-080]', () => {
    const proposed = goldenEvent('margin/DocumentProposed');
    const entry = { ...proposed, payload: { ...(proposed.payload as object), reason: 'NaN' } };
    expect(mayHoldNoFigure(JSON.stringify(entry))).toBe(true);
    expect(figuresThatAreNone(entry)).toEqual([]);
    expect(parseEntry(entry.log, entry).ok).toBe(true);
  });
});
