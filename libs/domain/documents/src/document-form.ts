import { dec, matches, type DecimalString, type TextForm } from '@ballast/kernel';
import type { DocumentReading } from './document-reader.js';

/** What a field of a document has to be, and what is read from it. */
export interface DocumentForm<Value> {
  /**
   * @param path of the field, for the sentence that says what is wrong with it
   * @param defects takes that sentence; what is returned then counts for nothing
   */
  readonly read: (value: unknown, path: string, defects: string[]) => Value;
}

export type ValueOf<Form> = Form extends DocumentForm<infer Value> ? Value : never;

type Fields = Readonly<Record<string, DocumentForm<unknown>>>;
type ValuesOf<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

const PLAIN_DECIMAL = /^-?(0|[1-9]\d{0,14})(\.\d{1,18})?$/;

const form = <Value>(
  remedy: string,
  valueOf: (value: unknown) => Value | undefined,
  otherwise: Value,
): DocumentForm<Value> => ({
  read(value, path, defects) {
    const read = valueOf(value);
    if (read === undefined) defects.push(`${path}: ${remedy}`);
    return read ?? otherwise;
  },
});

const decimalWithin = (value: unknown, least: DecimalString, most: DecimalString): DecimalString | undefined => {
  if (typeof value !== 'string' || !PLAIN_DECIMAL.test(value)) return undefined;
  const figure = dec(value);
  return figure.gte(least) && figure.lte(most) ? value : undefined;
};

const asText = (least: DecimalString, most: DecimalString): string =>
  `write a decimal from ${least} to ${most} as text in plain notation`;

/** An exact decimal within a range, both ends included. */
export const decimal = (least: DecimalString, most: DecimalString): DocumentForm<DecimalString> =>
  form(asText(least, most), (value) => decimalWithin(value, least, most), '0');

/** The same for computations in float64; the text keeps its hash free of floats. */
export const float = (least: DecimalString, most: DecimalString): DocumentForm<number> =>
  form(
    asText(least, most),
    (value) => {
      const text = decimalWithin(value, least, most);
      return text === undefined ? undefined : Number(text);
    },
    0,
  );

/** A whole number within a range, both ends included. */
export const whole = (least: number, most: number): DocumentForm<number> =>
  form(
    `write a whole number from ${least} to ${most}`,
    (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? (value as number)
        : undefined,
    0,
  );

export const flag = (): DocumentForm<boolean> =>
  form('write true or false', (value) => (typeof value === 'boolean' ? value : undefined), false);

/** A text of a form that the events have too. */
export const textOf = (of: TextForm): DocumentForm<string> =>
  form(of.remedy, (value) => (matches(of, value) ? value : undefined), of.example);

/** Whatever it is; somebody else judges it. */
export const anything = (): DocumentForm<unknown> => ({ read: (value) => value });

/** A sentence for people, or null. */
export const reasonOrNull = (): DocumentForm<string | null> =>
  form<string | null>(
    'write null, or a reason of 1 to 200 characters',
    (value) => (value === null || (typeof value === 'string' && /^[^\p{C}]{1,200}$/u.test(value)) ? value : undefined),
    null,
  );

const recordIn = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

const at = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function readFields<F extends Fields>(
  fields: F,
  value: unknown,
  path: string,
  defects: string[],
  isOptional: boolean,
): ValuesOf<F> {
  const record = recordIn(value);
  const names = Object.keys(fields);
  if (record === undefined) defects.push(`${path === '' ? 'body' : path}: write a record of ${names.join(', ')}`);
  for (const name of Object.keys(record ?? {})) {
    if (!names.includes(name)) defects.push(`${at(path, name)}: leave it out; fields are ${names.join(', ')}`);
  }
  const wanted = Object.entries(fields).filter(([name]) => !isOptional || Object.hasOwn(record ?? {}, name));
  return Object.fromEntries(
    wanted.map(([name, field]) => [
      name,
      field.read(record?.[name], at(path, name), record === undefined ? [] : defects),
    ]),
  ) as ValuesOf<F>;
}

/** Exactly these fields. */
export const record = <F extends Fields>(fields: F): DocumentForm<ValuesOf<F>> => ({
  read: (value, path, defects) => readFields(fields, value, path, defects, false),
});

/** Some of these fields. */
export const partial = <F extends Fields>(fields: F): DocumentForm<Partial<ValuesOf<F>>> => ({
  read: (value, path, defects) => readFields(fields, value, path, defects, true),
});

/** A record under names of one form. */
export const named = <Value>(
  name: { readonly form: RegExp; readonly remedy: string },
  each: DocumentForm<Value>,
): DocumentForm<{ readonly [name: string]: Value }> => ({
  read(value, path, defects) {
    const entries = recordIn(value);
    if (entries === undefined) defects.push(`${path}: write a record, which may be empty`);
    return Object.fromEntries(
      Object.entries(entries ?? {}).map(([key, entry]) => {
        if (!name.form.test(key)) defects.push(`${at(path, key)}: ${name.remedy}`);
        return [key, each.read(entry, at(path, key), defects)];
      }),
    );
  },
});

/** A list of so many entries. */
export const list = <Value>(
  each: DocumentForm<Value>,
  least: number,
  most: number,
): DocumentForm<readonly Value[]> => ({
  read(value, path, defects) {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      defects.push(`${path}: write a list of ${least} to ${most} entries`);
      return [];
    }
    return value.map((entry: unknown, index) => each.read(entry, `${path}[${index}]`, defects));
  },
});

/**
 * Reads a body by its form.
 * @param further what is wrong with figures that are each within their ranges
 */
export function readBody<Figures>(
  body: unknown,
  { read }: DocumentForm<Figures>,
  further: (figures: Figures) => readonly string[] = () => [],
): DocumentReading<Figures> {
  const defects: string[] = [];
  const figures = read(body, '', defects);
  if (defects.length === 0) defects.push(...further(figures));
  return defects.length > 0 ? { defects } : { figures };
}
