import { InvariantViolation } from './invariant.js';

/** What may stand in an event: text, whole numbers, booleans, null, lists and records of these. */
export type Canonical =
  string | number | boolean | null | readonly Canonical[] | { readonly [key: string]: Canonical | undefined };

/**
 * Canonical JSON text by the rules of RFC 8785: keys sorted by UTF-16 code units, no white space. Amounts are
 * strings; numbers must be safe integers, so that no float ever gets into a hashed text. Fields that are
 * `undefined` are left out.
 * @throws InvariantViolation on a number that is no safe integer, or a value JSON does not know
 */
export function canonicalText(value: unknown): string {
  return isInOrder(value) ? JSON.stringify(value) : sortedText(value);
}

/** Whether `JSON.stringify` says the canonical text: whoever writes large payloads writes their keys in order, and so spares sorting them. */
function isInOrder(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isSafeInteger(value);
    case 'object': {
      if (value === null) return true;
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) if (!isInOrder(value[i])) return false;
        return true;
      }
      const record = value as Record<string, unknown>;
      let last = '';
      for (const key in record) {
        if (key < last) return false;
        last = key;
        const field = record[key];
        if (field !== undefined && !isInOrder(field)) return false;
      }
      return typeof record['toJSON'] !== 'function';
    }
    default:
      return false;
  }
}

function sortedText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw new InvariantViolation(`not a safe integer in canonical text: ${value}`);
      return value === 0 ? '0' : String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) {
        let out = '[';
        for (let i = 0; i < value.length; i++) out += (i === 0 ? '' : ',') + sortedText(value[i]);
        return out + ']';
      }
      const record = value as Record<string, unknown>;
      let out = '{';
      for (const key of sortedKeys(record)) {
        const field = record[key];
        if (field === undefined) continue;
        out += (out.length === 1 ? '' : ',') + quoted(key) + ':' + sortedText(field);
      }
      return out + '}';
    }
    default:
      throw new InvariantViolation(`no canonical text for a ${typeof value}`);
  }
}

/** Any character that JSON writes otherwise than it is, or may. */
const ESCAPED = /[^ !#-[\]-~]/;

/** JSON text of a string; most are plain, and then this takes half as long. */
const quoted = (value: string): string => (ESCAPED.test(value) ? JSON.stringify(value) : `"${value}"`);

function sortedKeys(record: Readonly<Record<string, unknown>>): string[] {
  const keys = Object.keys(record);
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort();
  return keys;
}
