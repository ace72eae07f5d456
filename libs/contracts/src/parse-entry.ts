import { z } from 'zod';
import { ACTOR, CORRELATION, matches, STREAM, UUID } from '@ballast/kernel';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { allEventSchemas, eventSchemas, schemaOf } from './event-schemas.js';
import { identifier, instant, ordinal } from './fields.js';
import { fieldErrors, type FieldError } from './refusal.js';
import { boundedBy } from './bounds.js';
import { zodText } from './schema-to-zod.js';

/** Why an entry was not understood. Only `unknown-type` and `newer-version` may be skipped, and only by a reader who decides nothing. */
export type EntryErrorCode = 'malformed' | 'unknown-type' | 'newer-version';

export interface EntryError extends FieldError {
  readonly code: EntryErrorCode;
  /** All that was found, the first one being repeated in this error's own fields. */
  readonly errors: readonly FieldError[];
}

export type ParsedEntry =
  | { readonly ok: true; readonly entry: LogEntry }
  /** Its payload is not understood, but its envelope is sound: its place is known. */
  | { readonly ok: false; readonly error: EntryError; readonly entry: LogEntry }
  | { readonly ok: false; readonly error: EntryError; readonly entry?: undefined };

const LOGS = [...eventSchemas.keys()] as [string, ...string[]];
const partition = z.int().min(GLOBAL).max(4095);

const cause = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('event'), log: z.enum(LOGS), partition, position: ordinal }),
  z.strictObject({ kind: z.literal('command'), id: identifier }),
  z.strictObject({ kind: z.literal('timer'), id: zodText(STREAM), due: instant }),
  z.strictObject({ kind: z.literal('start'), position: z.int().nonnegative() }),
]);

/** The envelope of every entry. All of its fields are hashed. */
export const entryEnvelope = z.strictObject({
  log: z.enum(LOGS).describe('The log it stands in.'),
  partition: partition.describe('Partition of the log; -1 is the global one.'),
  position: ordinal.describe('1, 2, 3, ... without gaps inside the partition.'),
  id: identifier.describe('UUID; of a command the id that its sender chose.'),
  stream: zodText(STREAM).describe('What it is about; the key of its message.'),
  version: ordinal.describe('1, 2, 3, ... inside the stream.'),
  type: z
    .string()
    .min(1)
    .max(80)
    .describe('What happened, or what is asked for; with the log it names the schema of the payload.'),
  schemaVersion: ordinal.describe('Version of the payload schema.'),
  time: z
    .strictObject({
      clearing: instant,
      hop: z
        .int()
        .nonnegative()
        .describe('Orders what follows from one another inside one clearing time: 0, 1, 2, ...'),
    })
    .describe('Logical time: clearing time and the hop inside it.'),
  cause: cause.describe(
    'What made it happen: another entry, a command, a timer that fell due, or the start of the writer.',
  ),
  basis: boundedBy('event', z.tuple([z.enum(LOGS), partition, ordinal])).describe(
    'Source partitions applied since the previous event of the partition: [log, partition, up to position].',
  ),
  correlation: zodText(CORRELATION).describe('Ties together what follows from one outside input.'),
  actor: zodText(ACTOR).nullable().describe('Person or key behind a command; null when nobody asked.'),
  payload: z.unknown().describe('By the schema of `log`, `type` and `schemaVersion`.'),
});

const refused = (code: EntryErrorCode, errors: readonly FieldError[], entry?: LogEntry): ParsedEntry => {
  const error: EntryError = { ...(errors[0] as FieldError), code, errors };
  return entry === undefined ? { ok: false, error } : { ok: false, error, entry };
};

const isPosition = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

/** Whether a value has all that a reader goes by before it looks at the payload. */
function isPlaced(log: string, value: unknown): value is LogEntry {
  if (typeof value !== 'object' || value === null) return false;
  const {
    log: own,
    partition,
    position,
    id,
    stream,
    version,
    type,
    time,
    cause,
    basis,
    payload,
  }: Partial<LogEntry> = value;
  return (
    own === log &&
    Number.isInteger(partition) &&
    isPosition(position) &&
    isPosition(version) &&
    matches(UUID, id) &&
    typeof stream === 'string' &&
    typeof type === 'string' &&
    Number.isSafeInteger(time?.clearing) &&
    Number.isSafeInteger(time?.hop) &&
    typeof cause === 'object' &&
    Array.isArray(basis) &&
    typeof payload === 'object'
  );
}

/**
 * Reads an entry that a service of the house has sealed, by its place, type and version alone: who wrote it decided by the same types, and
 * its hash says that it is unchanged. What is not so is read as if it came from outside, which tells why.
 * @see docs/spec/event-log.md CLR-LOG-050
 */
export function parseOwnEntry(log: string, value: unknown): ParsedEntry {
  if (!isPlaced(log, value)) return parseEntry(log, value);
  const contract = schemaOf(log, value.type, value.schemaVersion);
  const isAtHome =
    contract !== undefined &&
    (contract.partition === 'every' || (value.partition === GLOBAL) === (contract.partition === 'global'));
  return isAtHome ? { ok: true, entry: value } : parseEntry(log, value);
}

/**
 * Reads a whole entry of a log: envelope and payload.
 * @returns the entry as given (never a changed copy: its text is hashed), or what is wrong with which field
 */
export function parseEntry(log: string, value: unknown): ParsedEntry {
  const envelope = entryEnvelope.safeParse(value, { reportInput: true });
  if (!envelope.success) return refused('malformed', fieldErrors(envelope.error));
  const entry = value as LogEntry;
  if (entry.log !== log) {
    return refused('malformed', [
      { field: 'log', message: `is "${entry.log}"`, remedy: `send it to ${entry.log}; this is ${log}` },
    ]);
  }
  // Whoever sends a command names it; every other entry's id is derived.
  if (!log.endsWith('.commands') && !matches(UUID, entry.id)) {
    return refused('malformed', [{ field: 'id', message: `is "${entry.id}"`, remedy: UUID.remedy }]);
  }
  const newest = schemaOf(log, entry.type);
  if (newest === undefined) {
    const elsewhere = allEventSchemas.filter(({ type }) => type === entry.type).map((other) => other.log);
    return refused(
      'unknown-type',
      [
        {
          field: 'type',
          message: `is "${entry.type}", which ${log} does not have`,
          remedy:
            elsewhere.length > 0
              ? `it belongs to ${elsewhere.join(', ')}`
              : 'update the reader, or skip it if it decides nothing',
        },
      ],
      entry,
    );
  }
  // Versions begin at 1 and none is ever dropped, so an unknown one is newer.
  const contract = schemaOf(log, entry.type, entry.schemaVersion);
  if (contract === undefined) {
    return refused(
      'newer-version',
      [
        {
          field: 'schemaVersion',
          message: `is ${entry.schemaVersion}, the newest known is ${newest.version}`,
          remedy: 'update the reader, or skip it if it decides nothing',
        },
      ],
      entry,
    );
  }
  if (contract.partition !== 'every' && (entry.partition === GLOBAL) !== (contract.partition === 'global')) {
    return refused('malformed', [
      {
        field: 'partition',
        message: `is ${entry.partition}`,
        remedy: `${entry.type} stands in ${contract.partition === 'global' ? 'the global partition, -1' : 'a numbered partition'}`,
      },
    ]);
  }
  const payload = contract.schema.safeParse(entry.payload, { reportInput: true });
  return payload.success ? { ok: true, entry } : refused('malformed', fieldErrors(payload.error, ['payload']), entry);
}
