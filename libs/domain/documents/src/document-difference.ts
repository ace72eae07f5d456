import { canonicalText } from '@ballast/kernel';

/** One field in which two bodies differ; what a body does not have is absent. */
export interface DocumentChange {
  /** Path, such as `underlyings.BTC.z` or `models[0].floorShare`. */
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Every field in which a body differs from another, in the order of the first, then what is new. A record or list that only one of
 * them has is one difference.
 */
export function documentChanges(before: unknown, after: unknown, path = ''): readonly DocumentChange[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const longest = Math.max(before.length, after.length);
    return Array.from({ length: longest }, (_, index) =>
      changesAt(before, after, String(index), `${path}[${index}]`),
    ).flat();
  }
  if (isRecord(before) && isRecord(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => changesAt(before, after, name, path === '' ? name : `${path}.${name}`));
  }
  return canonicalText(before) === canonicalText(after) ? [] : [{ field: path, before, after }];
}

function changesAt(before: object, after: object, name: string, field: string): readonly DocumentChange[] {
  const [had, has] = [Object.hasOwn(before, name), Object.hasOwn(after, name)];
  const was: unknown = had ? before[name as never] : undefined;
  const is: unknown = has ? after[name as never] : undefined;
  if (had && has) return documentChanges(was, is, field);
  return [had ? { field, before: was } : { field, after: is }];
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
