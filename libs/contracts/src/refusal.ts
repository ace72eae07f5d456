import type { z } from 'zod';

/** What is wrong with one field, and what its sender can do about it. */
export interface FieldError {
  /** Path such as `payload.postings[0].amount`; `(whole)` for the value itself. */
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

const LONGEST_QUOTE = 60;

function fieldOf(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (field, key) => (typeof key === 'number' ? `${field}[${key}]` : `${field}${field === '' ? '' : '.'}${String(key)}`),
    '',
  );
  return text === '' ? '(whole)' : text;
}

function quoted(input: unknown): string {
  if (typeof input === 'number' || typeof input === 'bigint') return String(input);
  if (typeof input === 'object' && input !== null) return Array.isArray(input) ? 'a list' : 'a record';
  const text = JSON.stringify(input) ?? typeof input;
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number between -9007199254740991 and 9007199254740991',
  number: 'a whole number',
  boolean: 'true or false',
  object: 'a record',
  array: 'a list',
  null: 'null',
  /** Whatever it may be, as the body of a document is before its kind is known. */
  nonoptional: 'a value',
};

function fieldErrorsOf(issue: z.core.$ZodIssue): readonly FieldError[] {
  const field = fieldOf(issue.path);
  const value = quoted(issue.input);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        field: fieldOf([...issue.path, key]),
        message: 'is no field of this version',
        remedy: 'leave it out; a new field needs a new version of the schema',
      }));
    case 'invalid_type': {
      const expected = EXPECTED[issue.expected] ?? issue.expected;
      return issue.input === undefined
        ? [{ field, message: 'is missing', remedy: `add it: ${expected}` }]
        : [{ field, message: `is ${value}`, remedy: `send ${expected}` }];
    }
    case 'invalid_value':
      return [
        issue.input === undefined
          ? { field, message: 'is missing', remedy: `add one of ${issue.values.map(quoted).join(', ')}` }
          : { field, message: `is ${value}`, remedy: `send one of ${issue.values.map(quoted).join(', ')}` },
      ];
    case 'invalid_key':
      // The key stands in the path already.
      return [{ field, message: 'is no key of this record', remedy: issue.issues[0]?.message ?? issue.message }];
    case 'too_small':
      return [{ field, message: sized(issue.input), remedy: `send at least ${counted(issue.minimum, issue.origin)}` }];
    case 'too_big':
      return [{ field, message: sized(issue.input), remedy: `send at most ${counted(issue.maximum, issue.origin)}` }];
    case 'invalid_union': {
      const known =
        'options' in issue && issue.options !== undefined
          ? issue.options.map(quoted).join(', ')
          : 'the kinds of the schema';
      return issue.input === undefined
        ? [{ field, message: 'is missing', remedy: `add one of ${known}` }]
        : [{ field, message: 'is of no known kind', remedy: `send one of ${known}` }];
    }
    default:
      // The message of a form is its remedy.
      return [{ field, message: `is ${value}`, remedy: issue.message }];
  }
}

/** What is too little or too much. */
const sized = (input: unknown): string =>
  Array.isArray(input) ? `has ${counted(input.length, 'array')}` : `is ${quoted(input)}`;

/** `1 item`, `2 characters`; a number has no unit. */
function counted(bound: number | bigint, origin: string): string {
  const unit = origin === 'string' ? ' character' : origin === 'array' ? ' item' : '';
  return `${bound}${unit}${unit === '' || Number(bound) === 1 ? '' : 's'}`;
}

/** Reads what zod found as field errors; a field that breaks several rules is told once per rule. */
export function fieldErrors(error: z.ZodError, prefix: readonly PropertyKey[] = []): readonly FieldError[] {
  return error.issues.flatMap((issue) => fieldErrorsOf({ ...issue, path: [...prefix, ...issue.path] }));
}
