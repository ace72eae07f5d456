import { canonicalText } from '@ballast/kernel';
import type { LogEntry } from './event.js';

/** Everything of an event that must come out the same when it is decided again. */
export function comparisonText(event: LogEntry): string {
  return canonicalText({
    id: event.id,
    position: event.position,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    time: event.time,
    cause: event.cause,
    basis: event.basis,
    correlation: event.correlation,
    actor: event.actor,
    payload: event.payload,
  });
}
