import type { FieldError } from './refusal.js';

const LONGEST_NAME = 100;

/**
 * Of a text that is JSON: strings, and what opens, closes and parts. Anything else is between them. A string that is never closed is one
 * token, too: were it none, each quotation mark in it would be read to the end of the text.
 */
const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]/gs;

/**
 * The first name that an object in a JSON text has twice: readers differ in which of the two counts, so neither may.
 * @returns undefined when there is none; a text that is no JSON is not judged
 */
export function nameGivenTwice(text: string): string | undefined {
  /** Names of each object that is open; null stands for an array. */
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const names = open.at(-1);
      if (names === undefined || names === null) continue;
      const name = nameOf(last);
      if (name === undefined) return undefined;
      if (names.has(name)) return name;
      names.add(name);
    }
    last = token;
  }
  return undefined;
}

/** Two notations of a name are one name. */
function nameOf(token: string): string | undefined {
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined;
  }
}

/** What a sender is told of it; undefined when every name is given once. */
export function doubledName(text: string): FieldError | undefined {
  const name = nameGivenTwice(text);
  if (name === undefined) return undefined;
  return { field: name.slice(0, LONGEST_NAME), message: 'is given twice', remedy: 'send it once' };
}
