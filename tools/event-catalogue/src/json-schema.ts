import { z } from 'zod';
import { BOUNDED_BY, type EventSchema } from '@ballast/contracts';
import { placeOf } from './place-of.js';

/** The parts of JSON Schema that zod writes for our events. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

/** Answers of the interface say what bounds their arrays; an event stands whole in its message. */
const withoutBounds = ({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void => {
  delete jsonSchema[BOUNDED_BY];
};

/** JSON Schema (2020-12) of an event's payload, with its place in Kafka and the golden examples. */
export function jsonSchemaOf(event: EventSchema, examples: readonly unknown[]): JsonSchema {
  const {
    $schema,
    description,
    'x-stream': stream,
    ...rest
  } = z.toJSONSchema(event.schema, { override: withoutBounds }) as JsonSchema;
  const { topics } = placeOf(event);
  return {
    $schema,
    $id: `urn:ballast:${event.log}:${event.type}:v${event.version}`,
    title: event.type,
    description,
    'x-log': event.log,
    'x-topics': topics,
    'x-stream': stream,
    ...rest,
    examples,
  };
}

export interface FieldRow {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** Keys and values of a map, whose keys are data. */
function mapOf({
  propertyNames,
  additionalProperties,
}: JsonSchema): { key: JsonSchema; value: JsonSchema } | undefined {
  return propertyNames === undefined || typeof additionalProperties !== 'object'
    ? undefined
    : { key: propertyNames, value: additionalProperties };
}

const isNull = ({ type }: JsonSchema): boolean => type === 'null';

/** What a reader needs to know of a type, in a few words. */
function typeOf(schema: JsonSchema): string {
  const { title, type, anyOf, oneOf, items, prefixItems } = schema;
  if (title !== undefined) return title;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.const !== undefined) return `\`${schema.const}\``;
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(' or ');
  if (prefixItems !== undefined) return `[${prefixItems.map(typeOf).join(', ')}]`;
  if (type === 'array') return items === undefined ? 'list' : `list of ${plural(typeOf(items))}`;
  const map = mapOf(schema);
  if (map !== undefined) return `${plural(typeOf(map.value))} by ${typeOf(map.key)}`;
  if (type === 'object') return 'record';
  if (type === 'string') return 'text';
  return type ?? 'any';
}

const plural = (name: string): string => (name === 'record' ? 'records' : name.startsWith('list of') ? 'lists' : name);

/** All fields below a schema, depth first, in the order in which the schema names them. */
export function fieldRows(schema: JsonSchema, prefix = ''): readonly FieldRow[] {
  const rows: FieldRow[] = [];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    rows.push({
      path,
      type: typeOf(field),
      required: schema.required?.includes(name) ?? false,
      description: field.description ?? '',
    });
    rows.push(...nestedRows(field, path));
  }
  return rows;
}

function nestedRows(field: JsonSchema, path: string): readonly FieldRow[] {
  if (field.properties !== undefined) return fieldRows(field, path);
  const map = mapOf(field);
  if (map !== undefined) return nestedRows(map.value, `${path}.<${typeOf(map.key)}>`);
  if (field.items !== undefined) return nestedRows(field.items, `${path}[]`);
  return (field.anyOf ?? field.oneOf ?? [])
    .filter((choice) => !isNull(choice))
    .flatMap((choice) => nestedRows(choice, path));
}
