/*
 * PostgreSQL arrays in their text form. The driver would write them too, but it treats every element as a text that may
 * have to be escaped, which took most of the time of an append.
 */

/** Elements that never need quotes: numbers and UUIDs. */
export function plainArray(values: readonly (number | string | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;
}

// eslint-disable-next-line no-control-regex -- JSON would write these as \n or \u0001, which an array reads as letters
const CONTROL = /[\u0000-\u001f\ud800-\udfff]/;

/** JSON escapes quote and backslash as an array wants it, and nothing else outside of control characters and surrogates. */
function quoted(text: string): string {
  return CONTROL.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : JSON.stringify(text);
}
