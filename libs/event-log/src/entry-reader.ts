import type { LogEntry } from '@ballast/event-sourcing';
import type { CommandRecord } from './event-log.js';

/** Reads any log by name; commands included (`accounts.commands`). */
export interface EntryReader {
  read(log: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]>;
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
