import fc from 'fast-check';
import { canonicalText } from '@ballast/kernel';
import { EMPTY_HEAD, seal } from '@ballast/event-sourcing';
import { allEventSchemas } from '../event-schemas.js';
import { parseEntry } from '../parse-entry.js';
import { decodeMessage, encodeMessage } from '../wire/message.js';
import { goldenEvents } from './golden-events.fixtures.js';

const golden = goldenEvents();

type Path = readonly (string | number)[];

/** Paths of all record fields inside a value. */
function fieldsOf(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fieldsOf(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [[...path, key], ...fieldsOf(field, [...path, key])]);
}

function without(value: unknown, path: Path): unknown {
  const copy = structuredClone(value);
  let record = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) record = record[key] as Record<string | number, unknown>;
  delete record[path.at(-1) as string | number];
  return copy;
}

/** An absent asset is zero, and a price set may lack an underlying: leaving these out says something else. */
const mayBeAbsent = (type: string, path: Path): boolean =>
  path.at(-2) === 'collateral' ||
  // A perpetual is never delivered.
  path.at(-1) === 'deliveryFee' ||
  (type === 'PriceSetPublished' && path.at(-2) === 'underlyings');

describe('golden events', () => {
  it('has exactly one example of every type and version, so a deleted or a forgotten one fails here', () => {
    const expected = allEventSchemas.map(({ log, type, version }) => `${log}/${type}.v${version}.json`);
    expect(golden.map(({ file }) => file)).toEqual(expected.sort());
  });

  it.each(golden.map((example) => [example.file, example] as const))(
    '%s parses, and its envelope has the committed SHA-256',
    (file, { entry, sha256 }) => {
      expect(parseEntry(entry.log, entry)).toEqual({ ok: true, entry });
      expect(`${entry.log}/${entry.type}.v${entry.schemaVersion}.json`).toBe(file);
      expect(seal(entry, EMPTY_HEAD).hash.toString('hex')).toBe(sha256);
    },
  );

  it.each(golden.map((example) => [example.file, example] as const))(
    '%s comes back from its message with the same bytes',
    (_file, { entry }) => {
      const sealed = seal(entry, EMPTY_HEAD);
      const message = encodeMessage(sealed, { incarnation: 'first' });
      const decoded = decodeMessage(message, message);
      expect(decoded).toEqual({ ok: true, event: sealed, delivery: { incarnation: 'first' } });
      expect(message.value).toBe(canonicalText(entry));
    },
  );

  it('is refused, with the field named, when any one field is missing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...golden).chain(({ entry }) =>
          fc.record({
            entry: fc.constant(entry),
            path: fc.constantFrom(...fieldsOf(entry).filter((path) => !mayBeAbsent(entry.type, path))),
          }),
        ),
        ({ entry, path }) => {
          const parsed = parseEntry(entry.log, without(entry, path));
          if (parsed.ok) throw new Error(`${entry.type} without ${path.join('.')} was let through`);
          expect(JSON.stringify(parsed.error.errors.map(({ field }) => field))).toContain(String(path.at(-1)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is refused, with the field named, when any record has one field more', () => {
    for (const { entry } of golden) {
      const records = [[], ...fieldsOf(entry).map((path) => path.slice(0, -1))];
      for (const path of records) {
        const copy = structuredClone(entry) as unknown as Record<string | number, unknown>;
        let record = copy;
        for (const key of path) record = record[key] as Record<string | number, unknown>;
        record['surprise'] = 1;
        const parsed = parseEntry(entry.log, copy);
        expect([entry.type, path, parsed.ok]).toEqual([entry.type, path, false]);
      }
    }
  });

  it('balances per asset wherever it books', () => {
    for (const { entry } of golden) {
      const { postings = [] } = entry.payload as { postings?: { asset: string; amount: string }[] };
      for (const asset of new Set(postings.map((line) => line.asset))) {
        const cents = postings
          .filter((line) => line.asset === asset)
          .map((line) => Math.round(Number(line.amount) * 1e8));
        expect([entry.type, cents.reduce((total, amount) => total + amount, 0)]).toEqual([entry.type, 0]);
      }
    }
  });
});
