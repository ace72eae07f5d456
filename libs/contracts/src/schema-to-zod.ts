import { z } from 'zod';
import type { TextForm } from '@ballast/kernel';
import type { Fields, OptionalField, RecordSchema, Schema, SchemaOf, ValueOf } from '@ballast/facts';
import { boundedBy } from './bounds.js';

/** A text of a form; the message of a wrong one is the remedy that a sender reads. */
export const zodText = ({ title, description, pattern, longest, bounded, remedy }: TextForm): z.ZodString =>
  (bounded ? z.string() : z.string().max(longest))
    .regex(pattern, { error: remedy })
    .meta({ title, ...(description === undefined ? {} : { description }) });

/** Schemas that several events share are built, and later compiled by zod, once. */
const built = new WeakMap<Schema, z.ZodType>();

/**
 * The parser of a schema: records are strict, so a field that nobody knows is refused and never lost; every text form is a
 * regular expression, so that the JSON Schema of an event says as much as its parser does.
 */
export function zodOf<Value>(schema: SchemaOf<Value>): z.ZodType<Value> {
  const known = built.get(schema) ?? plainZod(schema);
  built.set(schema, known);
  return known as z.ZodType<Value>;
}

const described = (schema: z.ZodType, { description }: Schema): z.ZodType =>
  description === undefined ? schema : schema.describe(description);

function plainZod(schema: Schema): z.ZodType {
  switch (schema.kind) {
    case 'text':
      return described(zodText(schema.form), schema);
    case 'whole': {
      const { title, least, most } = schema;
      const number = z.int().min(least).max(most);
      return described(title === undefined ? number : number.meta({ title }), schema);
    }
    case 'flag':
      return described(z.boolean(), schema);
    case 'anything':
      return described(z.unknown(), schema);
    case 'one-of':
      return described(z.enum(schema.choices), schema);
    case 'nullable': {
      // What is said of the value is said of the field, which may also be null.
      const { description = schema.of.description, of } = schema;
      const nullable = zodOf(withoutDescription(of)).nullable();
      return description === undefined ? nullable : nullable.describe(description);
    }
    case 'list':
      return described(boundedBy('event', zodOf(schema.item)), schema);
    case 'map':
      return described(z.record(zodOf(schema.key) as z.ZodString, zodOf(schema.value)), schema);
    case 'union': {
      const cases = schema.cases.map((each) => z.strictObject(zodShape(each.fields)));
      return described(z.discriminatedUnion(schema.tag, cases as [z.ZodObject, ...z.ZodObject[]]), schema);
    }
    case 'record':
      return described(z.strictObject(zodShape(schema.fields)), schema);
  }
}

function withoutDescription({ description: _, ...rest }: Schema): Schema {
  return rest;
}

const zodField = (field: Schema | OptionalField): z.ZodType =>
  field.kind === 'optional' ? zodOf(field.of).optional() : zodOf(field);

function zodShape(fields: Fields): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, zodField(field)]));
}

/** The fields of a record, for a schema that has all of them and more. */
export const zodShapeOf = <F extends Fields>({
  fields,
}: RecordSchema & { readonly fields: F }): { [Name in keyof F]: z.ZodType<ValueOf<F[Name]>> } =>
  zodShape(fields) as { [Name in keyof F]: z.ZodType<ValueOf<F[Name]>> };
