import { InvariantViolation } from '@ballast/kernel';
import type { LogEntry } from './event.js';

/** Turns the payload of version n of one event type into version n + 1. Stored bytes and hashes stay untouched. */
export interface Upcaster {
  readonly type: string;
  readonly from: number;
  upcast(payload: unknown): unknown;
}

/**
 * Brings an entry to the newest known version of its type.
 * @throws InvariantViolation when the entry is newer than the newest known version or a step is missing
 */
export function upcast(entry: LogEntry, newest: ReadonlyMap<string, number>, upcasters: readonly Upcaster[]): LogEntry {
  const target = newest.get(entry.type);
  if (target === undefined || entry.schemaVersion === target) return entry;
  if (entry.schemaVersion > target) {
    throw new InvariantViolation(`${entry.type} has version ${entry.schemaVersion}, newest known is ${target}`);
  }
  let { schemaVersion, payload } = entry;
  while (schemaVersion < target) {
    const step = upcasters.find(({ type, from }) => type === entry.type && from === schemaVersion);
    if (step === undefined) throw new InvariantViolation(`no upcaster for ${entry.type} version ${schemaVersion}`);
    payload = step.upcast(payload);
    schemaVersion += 1;
  }
  return { ...entry, schemaVersion, payload };
}
