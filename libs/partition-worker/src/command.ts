import type { LogEntry } from '@ballast/event-sourcing';
import type { CommandRecord } from '@ballast/event-log';

/** A write from outside, addressed to the partition that owns it. */
export interface Command {
  /** The Idempotency-Key of the caller. */
  readonly id: string;
  readonly type: string;
  readonly body: unknown;
  readonly actor: string | null;
}

/** The log entry that a stored command is for the process that decides it. */
export function commandEntry(service: string, record: CommandRecord): LogEntry {
  return {
    log: `${service}.commands`,
    partition: record.partition,
    position: record.number,
    id: record.commandId,
    stream: 'commands',
    version: record.number,
    type: record.type,
    schemaVersion: 1,
    time: { clearing: record.clearing, hop: 0 },
    cause: { kind: 'command', id: record.commandId },
    basis: [],
    correlation: record.commandId,
    actor: record.actor,
    payload: JSON.parse(record.bodyText) as unknown,
  };
}

/** The same id came with another body before: the caller reused a key. */
export class IdempotencyConflict extends Error {
  override readonly name = 'IdempotencyConflict';
  constructor(readonly commandId: string) {
    super(`command id ${commandId} was used for another command; take a new Idempotency-Key`);
  }
}
