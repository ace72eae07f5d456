import { figureOf } from './figure.js';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What the parameters of a case stand for. A text is the name of a set of the file; in an object, a text under a key that
 * the file has a group of sets for is the name of a set of that group. Everything else is a figure given in place.
 * @throws Error naming the set that the file does not have
 */
export function resolveParams(params: unknown, sets: Readonly<Record<string, unknown>> = {}): unknown {
  if (typeof params === 'string') return setNamed(params, sets, 'params');
  if (!isRecord(params)) return params ?? {};
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, resolveEntry(key, value, sets)]));
}

function resolveEntry(key: string, value: unknown, sets: Readonly<Record<string, unknown>>): unknown {
  if (typeof value !== 'string' || figureOf(value) !== undefined) return value;
  const group = Object.hasOwn(sets, key) ? sets[key] : undefined;
  if (isRecord(group)) return setNamed(value, group, `params.${key}`);
  return Object.hasOwn(sets, value) ? sets[value] : value;
}

function setNamed(name: string, sets: Readonly<Record<string, unknown>>, field: string): unknown {
  if (Object.hasOwn(sets, name)) return sets[name];
  throw new Error(`${field}: the file has no parameter set "${name}"`);
}
