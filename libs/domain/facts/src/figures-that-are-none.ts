import { matches, type DecimalString, type TextForm } from '@ballast/kernel';
import { EVENT_FAMILIES } from './event-families.js';
import { SERVICE_LOGS } from './topology.js';
import type { OptionalField, RecordSchema, Schema } from './schema/index.js';

/** What a decimal writes when it is no figure. */
const NO_FIGURES: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/** A field that should hold a figure, and what stands there instead. */
export interface FigureThatIsNone {
  /** Path such as `payload.postings[0].amount`. */
  readonly field: string;
  readonly text: string;
  /** What a figure of this field must look like. */
  readonly form: TextForm;
}

/** What of an entry tells which schema its payload has. */
interface Typed {
  readonly log: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly payload: unknown;
}

/** Figures by the field in whose place they are read. */
export type FiguresByField = Readonly<Record<string, DecimalString>>;

/**
 * Whether a canonical text may hold a figure that is none: quick, and wrong only where a text of people reads like one. An event is
 * looked at by its schema only then.
 */
export const mayHoldNoFigure = (text: string): boolean => text.includes('NaN"') || text.includes('Infinity"');

/**
 * Fields of an event of a service that should hold a figure and hold NaN or an infinite one. What a field of free text says is its own
 * business, what no schema here knows is not judged, and what an exchange said stays as it was said: its readers refuse it.
 * @see docs/spec/event-log.md CLR-LOG-080
 */
export function figuresThatAreNone(entry: Typed): readonly FigureThatIsNone[] {
  if (!isOfService(entry)) return [];
  const schema = payloadOf(entry);
  const found: FigureThatIsNone[] = [];
  if (schema !== undefined) changed(schema, entry.payload, 'payload', (none) => void found.push(none));
  return found;
}

const isOfService = ({ log }: Typed): boolean => SERVICE_LOGS.some((each) => each === log);

/** The payload of an event with other figures in the fields that hold none; the rest of it is the same. */
export function withFigures(entry: Typed, figures: FiguresByField): unknown {
  const schema = payloadOf(entry);
  return schema === undefined
    ? entry.payload
    : changed(schema, entry.payload, 'payload', ({ field }) => figures[field]);
}

function payloadOf({ log, type, schemaVersion }: Typed): RecordSchema | undefined {
  for (const family of EVENT_FAMILIES) {
    if (family.log !== log) continue;
    const definition = family.events[type];
    if (definition !== undefined) return definition.versions[schemaVersion - 1];
  }
  return undefined;
}

/** A value with whatever `replace` has in the place of figures that are none. */
function changed(
  schema: Schema | OptionalField,
  value: unknown,
  field: string,
  replace: (none: FigureThatIsNone) => DecimalString | undefined | void,
): unknown {
  if (schema.kind === 'optional' || schema.kind === 'nullable') return changed(schema.of, value, field, replace);
  if (schema.kind === 'text') {
    if (!NO_FIGURES.has(value) || matches(schema.form, value)) return value;
    return replace({ field, text: value as string, form: schema.form }) ?? value;
  }
  if (typeof value !== 'object' || value === null) return value;
  switch (schema.kind) {
    case 'list':
      return (value as unknown[]).map((item, index) => changed(schema.item, item, `${field}[${index}]`, replace));
    case 'map':
      return fieldByField(value, (name, held) => changed(schema.value, held, `${field}.${name}`, replace));
    case 'record':
      return changedRecord(schema, value, field, replace);
    case 'union': {
      const known = schema.cases.find(({ fields }) => isCase(fields[schema.tag], (value as Fields)[schema.tag]));
      return known === undefined ? value : changedRecord(known, value, field, replace);
    }
    default:
      return value;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const fieldByField = (value: object, of: (name: string, held: unknown) => unknown): Fields =>
  Object.fromEntries(Object.entries(value).map(([name, held]) => [name, of(name, held)]));

const changedRecord = (
  { fields }: RecordSchema,
  value: object,
  field: string,
  replace: Parameters<typeof changed>[3],
): Fields =>
  fieldByField(value, (name, held) => {
    const schema = fields[name];
    return schema === undefined ? held : changed(schema, held, `${field}.${name}`, replace);
  });

const isCase = (tag: Schema | OptionalField | undefined, value: unknown): boolean =>
  tag?.kind === 'one-of' && tag.choices.includes(value as string);
