import { compareText, dec, matches, type Decimal, type DecimalString, type TextForm } from '@ballast/kernel';
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

/** Plain notation, so that one figure has one text: 1/24 of a day to 40 digits has 41 of them after the point. */
const PLAIN_DECIMAL = /^-?(0|[1-9]\d{0,14})(\.\d{1,41})?$/;

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

/** Where a decimal may lie: from `min` or above `above`, up to `max`; without an end it is open there. */
export interface DecimalRange {
  readonly min?: DecimalString;
  readonly above?: DecimalString;
  readonly max?: DecimalString;
  /** Exclusive. */
  readonly below?: DecimalString;
}

const decimalWithin = (value: unknown, { min, above, max, below }: DecimalRange): DecimalString | undefined => {
  if (typeof value !== 'string' || !PLAIN_DECIMAL.test(value)) return undefined;
  const figure = dec(value);
  const isHigh = (min === undefined || figure.gte(min)) && (above === undefined || figure.gt(above));
  const isLow = (max === undefined || figure.lte(max)) && (below === undefined || figure.lt(below));
  return isHigh && isLow ? value : undefined;
};

function asText({ min, above, max, below }: DecimalRange): string {
  const low = min !== undefined ? ` from ${min}` : above !== undefined ? ` above ${above}` : '';
  const high = max !== undefined ? ` up to ${max}` : below !== undefined ? ` below ${below}` : '';
  const range = min !== undefined && max !== undefined ? ` from ${min} to ${max}` : `${low}${high}`;
  return `write a decimal${range} as text in plain notation, such as "0.05"`;
}

/** An exact decimal within a range, both ends included, as its text. */
export const decimal = (min: DecimalString, max: DecimalString): DocumentForm<DecimalString> =>
  form(asText({ min, max }), (value) => decimalWithin(value, { min, max }), '0');

/** An exact decimal to compute with. */
export const figure = (range: DecimalRange = {}): DocumentForm<Decimal> =>
  form(
    asText(range),
    (value) => {
      const text = decimalWithin(value, range);
      return text === undefined ? undefined : dec(text);
    },
    dec('0'),
  );

/** The same for computations in float64, both ends included; the text keeps its hash free of floats. */
export const float = (min: DecimalString, max: DecimalString): DocumentForm<number> =>
  form(
    asText({ min, max }),
    (value) => {
      const text = decimalWithin(value, { min, max });
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

/** A text that another field, or the market, has as a name. */
export const word = (): DocumentForm<string> =>
  form(
    'write a name of 1 to 120 characters',
    (value) => (typeof value === 'string' && /^[^\p{C}]{1,120}$/u.test(value) ? value : undefined),
    '',
  );

/** One of some texts. */
export const choice = <const Options extends readonly [string, ...string[]]>(
  options: Options,
): DocumentForm<Options[number]> =>
  form<Options[number]>(
    `write one of ${options.join(', ')}`,
    (value) => options.find((option) => option === value),
    options[0],
  );

/** One text that stands for itself, or something else. */
export const textOr = <const Text extends string, Value>(
  text: Text,
  { read }: DocumentForm<Value>,
): DocumentForm<Text | Value> => ({
  read(value, path, defects) {
    if (value === text) return text;
    const others: string[] = [];
    const other = read(value, path, others);
    defects.push(...others.map((defect) => `${defect}, or "${text}" for ${path}`));
    return other;
  },
});

/** A field that may be left out. */
export const optional = <Value, const Otherwise>(
  { read }: DocumentForm<Value>,
  otherwise: Otherwise,
): DocumentForm<Value | Otherwise> => ({
  read: (value, path, defects) => (value === undefined ? otherwise : read(value, path, defects)),
});

/** Takes what is wrong with a field, by its path inside the value, and what to do. */
export type Refuse = (field: string, remedy: string) => void;

/**
 * What is made of a value whose fields are each sound.
 * @param make refuses what the fields say together; what it returns then counts for nothing
 */
export const made = <Value, Made>(
  { read }: DocumentForm<Value>,
  make: (value: Value, refuse: Refuse) => Made,
): DocumentForm<Made> => ({
  read(value, path, defects) {
    const before = defects.length;
    const sound = read(value, path, defects);
    // With a defect inside, nothing is made, and nobody asks for it.
    if (defects.length > before) return undefined as Made;
    return make(sound, (field, remedy) => defects.push(`${inside(path, field)}: ${remedy}`));
  },
});

/** The same value, once what its fields say together is sound. */
export const checked = <Value>(
  of: DocumentForm<Value>,
  check: (value: Value, refuse: Refuse) => void,
): DocumentForm<Value> =>
  made(of, (value, refuse) => {
    check(value, refuse);
    return value;
  });

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

/** Path of a field, a place of a list such as `[1]`, or of the value itself. */
const inside = (path: string, field: string): string =>
  field === '' ? (path === '' ? 'body' : path) : field.startsWith('[') ? `${path}${field}` : at(path, field);

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

/** What the names in a record must look like. */
export type NameForm = Pick<TextForm, 'pattern' | 'remedy'>;

/** What a house calls its markets, tiers and assets where the model leaves it free. */
export const ANY_NAME: NameForm = { pattern: /^[!-~]{1,60}$/, remedy: 'write a name of 1 to 60 printable characters' };

/** A record under names of one form. */
export const named = <Value>(
  name: NameForm,
  each: DocumentForm<Value>,
): DocumentForm<{ readonly [name: string]: Value }> => ({
  read(value, path, defects) {
    const entries = recordIn(value);
    if (entries === undefined) defects.push(`${path}: write a record, which may be empty`);
    return Object.fromEntries(
      Object.entries(entries ?? {}).map(([key, entry]) => {
        if (!name.pattern.test(key)) defects.push(`${at(path, key)}: ${name.remedy}`);
        return [key, each.read(entry, at(path, key), defects)];
      }),
    );
  },
});

/** The same as a map, in the order of the names. */
export const byName = <Value>(name: NameForm, each: DocumentForm<Value>): DocumentForm<ReadonlyMap<string, Value>> =>
  made(named(name, each), (entries) => new Map(Object.entries(entries).sort(([a], [b]) => compareText(a, b))));

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
