import type { TextForm } from '@ballast/kernel';

/**
 * What a payload may be, as plain data: parsers, JSON Schemas, the catalogue and examples are made from it, and its
 * TypeScript type is inferred. There are no floats: money is text.
 */
export type Schema =
  | { readonly kind: 'text'; readonly form: TextForm; readonly description?: string }
  | {
      readonly kind: 'whole';
      readonly title?: string;
      readonly least: number;
      readonly most: number;
      readonly description?: string;
    }
  | { readonly kind: 'flag'; readonly description?: string }
  | { readonly kind: 'anything'; readonly description?: string }
  | { readonly kind: 'one-of'; readonly choices: readonly string[]; readonly description?: string }
  | { readonly kind: 'nullable'; readonly of: Schema; readonly description?: string }
  | { readonly kind: 'list'; readonly item: Schema; readonly description?: string }
  | { readonly kind: 'map'; readonly key: Schema; readonly value: Schema; readonly description?: string }
  | {
      readonly kind: 'union';
      readonly tag: string;
      readonly cases: readonly RecordSchema[];
      readonly description?: string;
    }
  | RecordSchema;

/** A record with exactly these fields; one that nobody knows is refused. */
export interface RecordSchema {
  readonly kind: 'record';
  readonly fields: Fields;
  readonly description?: string;
}

/** A field that may be absent. */
export interface OptionalField {
  readonly kind: 'optional';
  readonly of: Schema;
}

export type Fields = Readonly<Record<string, Schema | OptionalField>>;

declare const VALUE: unique symbol;

/** A schema and, for the compiler only, the type of what it takes. */
export type SchemaOf<Value, Node = Schema> = Node & { readonly [VALUE]?: Value };

/** The type of what a schema takes, readonly to the bottom. */
export type ValueOf<Typed> = Typed extends { readonly [VALUE]?: infer Value } ? Value : never;

type OptionalNames<F> = { [Name in keyof F]: F[Name] extends OptionalField ? Name : never }[keyof F];

/** The type of a record with these fields. */
export type RecordOf<F> = {
  readonly [Name in Exclude<keyof F, OptionalNames<F>>]: ValueOf<F[Name]>;
} & { readonly [Name in OptionalNames<F>]?: ValueOf<F[Name]> } extends infer Both
  ? { readonly [Name in keyof Both]: Both[Name] }
  : never;

/** A schema that every use may describe in its own words. */
export type Describable<Value, Node = Schema> = (description?: string) => SchemaOf<Value, Node>;

const described = <Node extends object>(node: Node, description: string | undefined): Node =>
  description === undefined ? node : { ...node, description };

/** Texts of a form. */
export const textOf =
  (form: TextForm): Describable<string> =>
  (description = form.description) =>
    described({ kind: 'text', form }, description);

/** Whole numbers from `least` to `most`. */
export const whole = (
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
  { title, description }: { readonly title?: string; readonly description?: string } = {},
): SchemaOf<number> =>
  described({ kind: 'whole', least, most, ...(title === undefined ? {} : { title }) }, description);

export const flag: Describable<boolean> = (description) => described({ kind: 'flag' }, description);

/** Whatever has a canonical text: a document whose own reader judges it. */
export const anything: Describable<unknown> = (description) => described({ kind: 'anything' }, description);

export const oneOf = <const Choices extends readonly string[]>(
  choices: Choices,
  description?: string,
): SchemaOf<Choices[number]> => described({ kind: 'one-of', choices }, description);

export const nullable = <Value>(of: SchemaOf<Value>): SchemaOf<Value | null> => ({ kind: 'nullable', of });

export const optional = <Value>(of: SchemaOf<Value>): SchemaOf<Value, OptionalField> => ({ kind: 'optional', of });

export const list = <Value>(item: SchemaOf<Value>, description?: string): SchemaOf<readonly Value[]> =>
  described({ kind: 'list', item }, description);

/** Values by keys that are data, such as the ids of assets; any key may be absent. */
export const map = <Value>(
  key: Describable<string>,
  value: SchemaOf<Value>,
  description?: string,
): SchemaOf<Readonly<Record<string, Value>>> => described({ kind: 'map', key: key(), value }, description);

export const record = <F extends Fields>(
  fields: F,
  description?: string,
): SchemaOf<RecordOf<F>, RecordSchema> & { readonly fields: F } => described({ kind: 'record', fields }, description);

/** A record of one of several kinds; the field `tag` of each case is a `oneOf` with one choice, which tells them apart. */
export const union = <const Cases extends readonly SchemaOf<unknown, RecordSchema>[]>(
  tag: string,
  cases: Cases,
  description?: string,
): SchemaOf<ValueOf<Cases[number]>> => described({ kind: 'union', tag, cases }, description);

/** Lets every use of a schema describe it in its own words; without any the schema's own are kept. */
export const describable =
  <Value, Node extends Schema>(schema: SchemaOf<Value, Node>): Describable<Value, Node> =>
  (description) =>
    described(schema, description);
