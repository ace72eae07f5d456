import { z } from 'zod';
import { ACTOR, canonicalText } from '@ballast/kernel';
import { GLOBAL } from '@ballast/event-sourcing';
import { schemaOf } from '../event-schemas.js';
import { identifier } from '../fields.js';
import type { EntryErrorCode } from '../parse-entry.js';
import { sentJson } from '../sent-json.js';
import { fieldErrors, type FieldError } from '../refusal.js';
import { zodText } from '../schema-to-zod.js';
import { topicOf } from '../topics.js';
import { header, type EncodedMessage, type ReceivedMessage } from './message.js';

/** A wish from outside on its way to the owner of a partition, who numbers it. Not yet an entry of any log. */
export interface CommandOnTheWay {
  /** `<service>.commands`. */
  readonly log: string;
  readonly partition: number;
  /** Chosen by the sender; the same id is the same command, however often it arrives. */
  readonly commandId: string;
  readonly type: string;
  /** Canonical text of the body. */
  readonly bodyText: string;
  readonly actor: string | null;
}

export type DecodedCommand =
  | { readonly ok: true; readonly command: CommandOnTheWay }
  | {
      readonly ok: false;
      readonly error: FieldError & { readonly code: EntryErrorCode; readonly errors: readonly FieldError[] };
    };

const envelope = z.strictObject({
  log: z.enum(['accounts.commands', 'pricing.commands', 'margin.commands', 'liquidation.commands']),
  partition: z.int().min(GLOBAL).max(4095),
  commandId: identifier,
  type: z.string().min(1).max(80),
  schemaVersion: z.literal(1),
  actor: zodText(ACTOR).nullable(),
  body: z.unknown(),
});

/** Writes a command as a message; the key is its id. */
export function encodeCommand(command: CommandOnTheWay): EncodedMessage {
  const { log, partition, commandId, type, bodyText, actor } = command;
  const { topic, kafkaPartition } = topicOf(log, partition);
  return {
    topic,
    partition: kafkaPartition,
    key: commandId,
    value:
      `{"actor":${canonicalText(actor)},"body":${bodyText},"commandId":${canonicalText(commandId)},` +
      `"log":${canonicalText(log)},"partition":${partition},"schemaVersion":1,"type":${canonicalText(type)}}`,
    headers: { type, log },
  };
}

const refused = (code: EntryErrorCode, errors: readonly FieldError[]): DecodedCommand => ({
  ok: false,
  error: { ...(errors[0] as FieldError), code, errors },
});

/** Key and headers repeat what the value says; where they differ or are missing, the message is not believed. */
function misdirection(
  { key, headers }: ReceivedMessage,
  { log, type, commandId }: z.output<typeof envelope>,
): DecodedCommand | undefined {
  const said: readonly (readonly [field: string, said: string | undefined, is: string])[] = [
    ['headers.log', header(headers, 'log'), log],
    ['headers.type', header(headers, 'type'), type],
    ['key', key?.toString(), commandId],
  ];
  for (const [field, value, is] of said) {
    if (value === is) continue;
    const message = value === undefined ? 'is missing' : `is ${JSON.stringify(value.slice(0, 100))}`;
    return refused('malformed', [{ field, message, remedy: `send "${is}", as the value says` }]);
  }
  return undefined;
}

/** Reads a command message; its body must be what the schema of its type says, and key and headers what its value says. */
export function decodeCommand(message: ReceivedMessage): DecodedCommand {
  const sent = sentJson(message.value ?? '');
  if ('fault' in sent) return refused('malformed', [sent.fault]);
  const read = envelope.safeParse(sent.json, { reportInput: true });
  if (!read.success) return refused('malformed', fieldErrors(read.error));
  const { log, partition, commandId, type, actor, body } = read.data;
  const misdirected = misdirection(message, read.data);
  if (misdirected !== undefined) return misdirected;
  const contract = schemaOf(log, type);
  if (contract === undefined) {
    return refused('unknown-type', [
      { field: 'type', message: `is "${type}", which ${log} does not have`, remedy: 'send a command of this log' },
    ]);
  }
  if ((partition === GLOBAL) !== (contract.partition === 'global')) {
    return refused('malformed', [
      { field: 'partition', message: `is ${partition}`, remedy: `${log} has ${contract.partition} partitions only` },
    ]);
  }
  const payload = contract.schema.safeParse(body, { reportInput: true });
  if (!payload.success) return refused('malformed', fieldErrors(payload.error, ['body']));
  return { ok: true, command: { log, partition, commandId, type, bodyText: canonicalText(body), actor } };
}
