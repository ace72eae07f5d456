import fc from 'fast-check';
import { z } from 'zod';
import { canonicalText } from '@ballast/kernel';
import { EMPTY_HEAD, seal, type LogEntry } from '@ballast/event-sourcing';
import type { MarginFigures, OptionalField, Schema } from '@ballast/facts';
import { allEventSchemas, schemaOf } from '../event-schemas.js';
import { parseEntry } from '../parse-entry.js';
import { decodeMessage, encodeMessage } from '../wire/message.js';
import { goldenEvents, isFurther, type GoldenEvent } from './golden-events.fixtures.js';

const golden = goldenEvents();

type Path = readonly (string | number)[];

/** Paths of all record fields inside a value. What the body of a document says is judged by the reader of its kind. */
function fieldsOf(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fieldsOf(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [
    [...path, key],
    ...(key === 'body' ? [] : fieldsOf(field, [...path, key])),
  ]);
}

function without(value: unknown, path: Path): unknown {
  const copy = structuredClone(value);
  let record = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) record = record[key] as Record<string | number, unknown>;
  delete record[path.at(-1) as string | number];
  return copy;
}

/** Whether the schema lets a field be absent: an optional one, and every key of a map. */
function mayBeAbsent(schema: Schema | OptionalField, [step, ...rest]: Path): boolean {
  if (schema.kind === 'optional') return mayBeAbsent(schema.of, [step as string, ...rest]);
  if (schema.kind === 'nullable') return mayBeAbsent(schema.of, [step as string, ...rest]);
  if (schema.kind === 'list') return rest.length > 0 && mayBeAbsent(schema.item, rest);
  if (schema.kind === 'map') return rest.length === 0 || mayBeAbsent(schema.value, rest);
  if (schema.kind !== 'record') return false;
  const field = schema.fields[step as string] as Schema | OptionalField;
  return rest.length === 0 ? field.kind === 'optional' : mayBeAbsent(field, rest);
}

/** Whether an entry may lack what stands at this path. */
const mayLack = ({ log, type }: LogEntry, [step, ...rest]: Path): boolean =>
  step === 'payload' && rest.length > 0 && mayBeAbsent(schemaOf(log, type)?.payload as Schema, rest);

interface FieldSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
  readonly additionalProperties?: FieldSchema | boolean;
  readonly anyOf?: readonly FieldSchema[];
  readonly oneOf?: readonly FieldSchema[];
}

/** Fields that may be absent and are in all examples, by their path. */
function unseenFields(schema: FieldSchema, examples: readonly unknown[], path = ''): readonly string[] {
  const { properties = {}, items, additionalProperties: values, anyOf = [], oneOf = [] } = schema;
  const records = examples.filter((example) => typeof example === 'object' && example !== null);
  return [
    ...Object.entries(properties).flatMap(([name, field]) => {
      const held = records.flatMap((record) => Object.entries(record).filter(([key]) => key === name));
      if (held.length > 0)
        return unseenFields(
          field,
          held.map(([, value]) => value as unknown),
          `${path}.${name}`,
        );
      return records.length === 0 ? [] : [`${path}.${name}`];
    }),
    ...(items === undefined ? [] : unseenFields(items, examples.flat(), `${path}[]`)),
    ...(typeof values === 'object' ? unseenFields(values, records.flatMap(Object.values), `${path}.*`) : []),
    ...[...anyOf, ...oneOf].flatMap((choice) => unseenFields(choice, examples, path)),
  ];
}

type Level = 'liquidation' | 'call' | 'initial';

/** On which side of which level the equity of an example is. */
const EQUITY_BELOW: Readonly<Record<string, { readonly level: Level; readonly is: boolean }>> = {
  LiquidationTriggered: { level: 'liquidation', is: true },
  LiquidationOpened: { level: 'liquidation', is: true },
  MarginCallIssued: { level: 'call', is: true },
  MarginCallExpired: { level: 'call', is: true },
  MarginCallMet: { level: 'call', is: false },
  WithdrawalCleared: { level: 'initial', is: false },
  WithdrawalRefused: { level: 'initial', is: true },
};

interface Figured {
  readonly figures?: MarginFigures;
  readonly deficit?: string;
}

/** What an example says of one account, if it does. */
function figuresOf({ file, entry: { type, payload } }: GoldenEvent) {
  const { assessment, deficit, ...told } = payload as Figured & { readonly assessment?: Figured };
  const { figures } = assessment ?? told;
  if (figures === undefined) return [];
  return [{ file, type, deficit, figures }];
}

describe('golden events', () => {
  it('has exactly one example of every type and version; of a new one: npx nx run @ballast/event-catalogue:write', () => {
    const expected = allEventSchemas.map(({ log, type, version }) => `${log}/${type}.v${version}.json`);
    expect(golden.map(({ file }) => file).filter((file) => !isFurther(file))).toEqual(expected.sort());
  });

  it('shows every field of every schema in some example, those that may be absent included', () => {
    const unseen = allEventSchemas.flatMap(({ log, type, version, schema }) => {
      const examples = golden.filter(({ file }) => file.startsWith(`${log}/${type}.v${version}.`));
      const payloads = examples.map(({ entry }) => entry.payload);
      return unseenFields(z.toJSONSchema(schema) as FieldSchema, payloads).map((field) => `${log}/${type}${field}`);
    });
    expect(unseen).toEqual([]);
  });

  it.each(golden.map((example) => [example.file, example] as const))(
    '%s parses, and its envelope has the committed SHA-256',
    (file, { entry, sha256 }) => {
      expect(parseEntry(entry.log, entry)).toEqual({ ok: true, entry });
      expect(`${entry.log}/${entry.type}.v${entry.schemaVersion}`).toBe(file.replace(/(\.[a-z-]+)?\.json$/, ''));
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
            path: fc.constantFrom(...fieldsOf(entry).filter((path) => !mayLack(entry, path))),
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

  it.each(golden.flatMap(figuresOf))(
    '$file has requirements in the order of their levels, and equity on its side of them',
    ({ type, figures, deficit }) => {
      const of = (name: keyof MarginFigures): number => Number(figures[name]);
      const levels = [of('liquidation'), of('maintenance'), of('call'), of('initial')];
      expect(levels).toEqual(levels.toSorted((a, b) => a - b));
      if (deficit !== undefined) expect((of('call') - of('equity')).toFixed(2)).toBe(deficit);
      const side = EQUITY_BELOW[type];
      if (side !== undefined) expect([type, of('equity') < of(side.level)]).toEqual([type, side.is]);
    },
  );
});
