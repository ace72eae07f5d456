import { invariant } from '@ballast/kernel';
import type { BasisStep, Cause, SealedEvent } from '@ballast/event-sourcing';
import type { EventRow } from './event-log.js';

/** Reads a stored row as an event. Written out, because spreading one object into another takes ten times as long. */
export function eventOf(log: string, row: EventRow): SealedEvent {
  return {
    log,
    partition: row.partition,
    position: row.position,
    id: row.id,
    stream: row.stream,
    version: row.version,
    type: row.type,
    schemaVersion: row.schemaVersion,
    time: { clearing: row.clearing, hop: row.hop },
    cause: JSON.parse(row.causeText) as Cause,
    basis: JSON.parse(row.basisText) as BasisStep[],
    correlation: row.correlation,
    actor: row.actor,
    payload: JSON.parse(row.payloadText) as unknown,
    payloadText: row.payloadText,
    basisText: row.basisText,
    causeText: row.causeText,
    hash: row.hash,
    chain: row.chain,
  };
}

/** @throws InvariantViolation when the rows don't continue `after` one by one */
export function assertContiguous(
  log: string,
  partition: number,
  after: number,
  rows: readonly { readonly position: number }[],
): void {
  rows.forEach((row, index) => {
    const expected = after + 1 + index;
    invariant(row.position === expected, `${log}/${partition} has a hole: position ${expected} is missing`);
  });
}
