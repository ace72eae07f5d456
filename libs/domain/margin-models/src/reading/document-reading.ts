import { Decimal, ModelInputError } from '@ballast/kernel';

const DECIMAL_TEXT = /^-?\d+(\.\d+)?([eE][+-]?\d{1,4})?$/;

/** Bounds of a parameter, inclusive unless `above` is given. */
export interface ParameterRange {
  readonly min?: number;
  readonly max?: number;
  /** Exclusive lower bound. */
  readonly above?: number;
}

/** Reads the fields of one object of a parameter document; a key that nobody read is an error, so a misspelt name cannot be ignored. */
export interface DocumentFields {
  has(name: string): boolean;
  decimal(name: string, range?: ParameterRange): Decimal;
  /** A whole number, as JSON has it. */
  whole(name: string, range: Required<Pick<ParameterRange, 'min' | 'max'>>): number;
  text(name: string): string;
  flag(name: string): boolean;
  choice<const Options extends readonly string[]>(name: string, options: Options): Options[number];
  object<T>(name: string, read: (fields: DocumentFields) => T): T;
  /** At least one figure. */
  decimals(name: string, range?: ParameterRange): readonly Decimal[];
  texts<const Options extends readonly string[]>(name: string, options?: Options): readonly Options[number][];
  /** At least one item. */
  list<T>(name: string, read: (fields: DocumentFields, field: string) => T): readonly T[];
  /** Objects by a name of the document's own, in the order of their names. */
  record<T>(name: string, read: (fields: DocumentFields, key: string) => T): ReadonlyMap<string, T>;
}

function objectOf(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  const named = field === '' ? 'document' : field;
  throw new ModelInputError('parameter-not-an-object', field, `${named}: give an object of named parameters`);
}

function decimalOf(value: unknown, field: string, { min, max, above }: ParameterRange): Decimal {
  if (typeof value !== 'string' || !DECIMAL_TEXT.test(value)) {
    const message = `${field}: "${String(value)}" is not a decimal; give a text such as "0.05", never NaN or infinity`;
    throw new ModelInputError('parameter-not-a-decimal', field, message);
  }
  const figure = new Decimal(value);
  const below = (min !== undefined && figure.lt(min)) || (above !== undefined && figure.lte(above));
  if (below || (max !== undefined && figure.gt(max))) {
    const low = above === undefined ? `from ${min ?? '-infinity'}` : `above ${above}`;
    const message = `${field}: ${value} is out of range; give a figure ${low} up to ${max ?? 'infinity'}`;
    throw new ModelInputError('parameter-out-of-range', field, message);
  }
  return figure;
}

/**
 * Reads an object of a parameter document.
 * @throws ModelInputError `parameter-missing`, `parameter-unknown`, `parameter-not-an-object`, `parameter-not-a-decimal`, ...
 */
export function readDocument<T>(document: unknown, field: string, read: (fields: DocumentFields) => T): T {
  const values = objectOf(document, field);
  const asked = new Set<string>();
  const place = (name: string): string => (field === '' ? name : `${field}.${name}`);
  const take = (name: string): unknown => {
    asked.add(name);
    if (values[name] !== undefined) return values[name];
    throw new ModelInputError('parameter-missing', place(name), `${place(name)}: is missing; add it to the document`);
  };
  const items = (name: string): readonly unknown[] => {
    const value = take(name);
    if (Array.isArray(value) && value.length > 0) return value;
    throw new ModelInputError('parameter-list-empty', place(name), `${place(name)}: give a list of at least one item`);
  };
  const fields: DocumentFields = {
    has: (name) => {
      asked.add(name);
      return values[name] !== undefined;
    },
    decimal: (name, range = {}) => decimalOf(take(name), place(name), range),
    whole: (name, { min, max }) => {
      const value = take(name);
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
      const message = `${place(name)}: "${String(value)}" is out of range; give a whole number from ${min} to ${max}`;
      throw new ModelInputError('parameter-out-of-range', place(name), message);
    },
    text: (name) => {
      const value = take(name);
      if (typeof value === 'string' && value !== '') return value;
      throw new ModelInputError('parameter-not-a-text', place(name), `${place(name)}: give a text that is not empty`);
    },
    flag: (name) => {
      const value = take(name);
      if (typeof value === 'boolean') return value;
      throw new ModelInputError('parameter-not-a-flag', place(name), `${place(name)}: give true or false`);
    },
    choice: (name, options) => {
      const value = take(name);
      const chosen = options.find((option) => option === value);
      if (chosen !== undefined) return chosen;
      const message = `${place(name)}: "${String(value)}" is none of ${options.join(', ')}`;
      throw new ModelInputError('parameter-not-a-choice', place(name), message);
    },
    object: (name, readObject) => readDocument(take(name), place(name), readObject),
    decimals: (name, range = {}) =>
      items(name).map((item, index) => decimalOf(item, `${place(name)}[${index}]`, range)),
    texts: (name, options) =>
      items(name).map((item, index) => {
        const at = `${place(name)}[${index}]`;
        if (typeof item === 'string' && (options === undefined || options.includes(item))) return item;
        const allowed = options === undefined ? 'a text' : options.join(', ');
        throw new ModelInputError('parameter-not-a-choice', at, `${at}: "${String(item)}" is not ${allowed}`);
      }),
    list: (name, readItem) =>
      items(name).map((item, index) => {
        const at = `${place(name)}[${index}]`;
        return readDocument(item, at, (itemFields) => readItem(itemFields, at));
      }),
    record: (name, readEntry) => {
      const entries = objectOf(take(name), place(name));
      const names = Object.keys(entries).sort();
      return new Map(
        names.map((key) => [
          key,
          readDocument(entries[key], `${place(name)}.${key}`, (entryFields) => readEntry(entryFields, key)),
        ]),
      );
    },
  };
  const result = read(fields);
  const unknown = Object.keys(values).find((name) => !asked.has(name));
  if (unknown === undefined) return result;
  const message = `${place(unknown)}: no parameter has this name; remove it or correct the name`;
  throw new ModelInputError('parameter-unknown', place(unknown), message);
}
