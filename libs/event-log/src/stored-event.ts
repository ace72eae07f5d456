import { invariant } from '@ballast/kernel';
import type { BasisStep, Cause, LogEntry, SealedEvent } from '@ballast/event-sourcing';
import type { EventRow } from './event-log.js';

/** The hashed fields of a row whose text is not stored: what `canonicalEnvelope` asks for beside the texts. */
export function envelopeOf(log: string, row: EventRow): Omit<LogEntry, 'payload' | 'basis' | 'cause'> {
  const { partition, position, id, stream, version, type, schemaVersion, clearing, hop, correlation, actor } = row;
  return {
    log,
    partition,
    position,
    id,
    stream,
    version,
    type,
    schemaVersion,
    time: { clearing, hop },
    correlation,
    actor,
  };
}

/** Reads a stored row as an event. */
export function eventOf(log: string, row: EventRow): SealedEvent {
  const { payloadText, basisText, causeText, hash, chain } = row;
  return {
    ...envelopeOf(log, row),
    cause: JSON.parse(causeText) as Cause,
    basis: basisText === '[]' ? [] : (JSON.parse(basisText) as BasisStep[]),
    payload: JSON.parse(payloadText) as unknown,
    payloadText,
    basisText,
    causeText,
    hash,
    chain,
  };
}

/** @throws InvariantViolation when the rows don't continue `after` one by one */
export function assertContiguous(log: string, partition: number, after: number, rows: readonly EventRow[]): void {
  rows.forEach((row, index) => {
    const expected = after + 1 + index;
    invariant(row.position === expected, `${log}/${partition} has a hole: position ${expected} is missing`);
  });
}
