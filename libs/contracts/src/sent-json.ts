import { contentFault } from './json-content.js';
import { doubledName } from './name-given-twice.js';
import type { FieldError } from './refusal.js';

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type SentJson = { readonly json: unknown } | { readonly fault: FieldError };

/**
 * JSON of a message, where every reader reads the same as we do: characters and not other bytes, no name in a record twice, nothing that
 * could not be kept as it came.
 */
export function sentJson(value: Uint8Array | string): SentJson {
  const fault = (message: string, remedy: string): SentJson => ({ fault: { field: 'value', message, remedy } });
  let text: string;
  try {
    text = typeof value === 'string' ? value : UTF_8.decode(value);
  } catch {
    return fault('is not UTF-8', 'send JSON in UTF-8');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fault('is no JSON', 'send JSON');
  }
  const found = doubledName(text) ?? contentFault(json, 'value');
  return found === undefined ? { json } : { fault: found };
}
