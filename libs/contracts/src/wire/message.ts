import { canonicalText, isoOf, matches, SHA256_HEX, sha256Hex } from '@ballast/kernel';
import { sealedEvent, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { figuresThatAreNone, mayHoldNoFigure } from '@ballast/facts';
import { parseEntry, parseOwnEntry, type EntryErrorCode, type ParsedEntry } from '../parse-entry.js';
import type { FieldError } from '../refusal.js';
import { logPartitionOf, topicOf } from '../topics.js';

/** What a producer is handed: topic and partition are explicit, the key is for people and compaction tools. */
export interface EncodedMessage {
  readonly topic: string;
  readonly partition: number;
  /** The stream. */
  readonly key: string;
  /** The canonical envelope: exactly the text whose SHA-256 is the hash. */
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

type HeaderValue = Buffer | string | readonly (Buffer | string)[] | undefined;

/** What a consumer is handed; kafkajs' own messages fit. */
export interface ReceivedMessage {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
}

/** Not hashed: how the log was restored or promoted, and the trace that the event was appended in. */
export interface Delivery {
  /** New after a restore or promotion of the log. */
  readonly incarnation: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}

export interface MessageError extends FieldError {
  readonly code: EntryErrorCode | 'hash-mismatch';
  readonly errors: readonly FieldError[];
}

/** Nothing of it is to be believed, not even its position. */
interface Undecoded {
  readonly ok: false;
  readonly error: MessageError;
  readonly event?: undefined;
  readonly delivery?: undefined;
}

export type DecodedMessage =
  | { readonly ok: true; readonly event: SealedEvent; readonly delivery: Delivery }
  /**
   * Envelope and hash are sound and only the payload is not understood (unknown type, newer version): a reader that decides nothing counts it, moves
   * its cursor and goes on.
   */
  | { readonly ok: false; readonly error: MessageError; readonly event: SealedEvent; readonly delivery: Delivery }
  | Undecoded;

/** Writes a sealed entry as a message of the topic of its partition. */
export function encodeMessage(sealed: SealedEvent, { incarnation, traceparent }: Delivery): EncodedMessage {
  const { topic, kafkaPartition } = topicOf(sealed.log, sealed.partition);
  return {
    topic,
    partition: kafkaPartition,
    key: sealed.stream,
    value: sealed.text,
    headers: {
      hash: sealed.hash.toString('hex'),
      chain: sealed.chain.toString('hex'),
      incarnation,
      position: String(sealed.position),
      type: sealed.type,
      log: sealed.log,
      ...cloudEvent(sealed),
      ...(traceparent === undefined ? {} : { traceparent }),
    },
  };
}

/**
 * The attributes of CloudEvents 1.0 in binary mode, for software that routes by them; Ballast reads none of them.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
const cloudEvent = ({
  id,
  log,
  partition,
  stream,
  type,
  schemaVersion,
  time,
}: SealedEvent): Record<string, string> => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: id,
  ce_source: `/ballast/${log}/${partition}`,
  ce_type: `ballast.${log}.${type}.v${schemaVersion}`,
  ce_subject: stream,
  ce_time: isoOf(time.clearing),
});

/** First value of a header, as text. */
export function header(headers: ReceivedMessage['headers'], name: string): string | undefined {
  const found = headers?.[name];
  const value = Array.isArray(found)
    ? (found as readonly (Buffer | string)[])[0]
    : (found as Buffer | string | undefined);
  return value === undefined ? undefined : value.toString();
}

const refused = (code: MessageError['code'], field: string, message: string, remedy: string): Undecoded => ({
  ok: false,
  error: { code, field, message, remedy, errors: [{ field, message, remedy }] },
});

function parsedJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** The canonical text of a value, or undefined for one that has none (a float, half a surrogate pair). */
function canonical(value: unknown): string | undefined {
  try {
    return canonicalText(value);
  } catch {
    return undefined;
  }
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** How much of a message is looked at. */
interface Scrutiny {
  readonly canonical: boolean;
  readonly parse: (log: string, value: unknown) => ParsedEntry;
}

/**
 * Reads a message: SHA-256 of the value against the hash header, canonical form, envelope, payload by its schema. The
 * chain is the reader's to check, because only it knows the chain before (`judgeArrival`).
 * @param from where the message was read, when known: the entry must belong there
 */
export const decodeMessage = (message: ReceivedMessage, from?: Place): DecodedMessage =>
  decode(message, from, { canonical: true, parse: parseEntry });

/**
 * Reads a message of a log that a service of the house writes, for another of them: hash and place, and not the payload by its schema. For
 * readers that check the chain; nothing else may be taken for what the service said. What holds a figure that is none is malformed.
 * @see docs/spec/event-log.md CLR-LOG-050, CLR-LOG-080
 */
export function decodeOwnMessage(message: ReceivedMessage, from: Place): DecodedMessage {
  const decoded = decode(message, from, { canonical: false, parse: parseOwnEntry });
  if (!decoded.ok || !mayHoldNoFigure(decoded.event.text)) return decoded;
  // Its log knows how it is read, if anybody has said so.
  const errors = figuresThatAreNone(decoded.event).map(({ field, text, form }) => ({
    ...{ field, message: `is "${text}", which is no figure`, remedy: form.remedy },
  }));
  const [first] = errors;
  return first === undefined ? decoded : { ...decoded, ok: false, error: { ...first, code: 'malformed', errors } };
}

function decode(message: ReceivedMessage, from: Place | undefined, scrutiny: Scrutiny): DecodedMessage {
  const { value, headers } = message;
  if (value === null) return refused('malformed', 'value', 'is empty', 'send the canonical envelope as the value');
  const hashHeader = header(headers, 'hash');
  const chainHeader = header(headers, 'chain');
  const incarnation = header(headers, 'incarnation');
  if (!matches(SHA256_HEX, hashHeader)) {
    return refused('malformed', 'headers.hash', 'is no SHA-256', 'send 64 lower-case hex digits');
  }
  if (!matches(SHA256_HEX, chainHeader)) {
    return refused('malformed', 'headers.chain', 'is no SHA-256', 'send 64 lower-case hex digits');
  }
  if (incarnation === undefined || incarnation === '') {
    return refused('malformed', 'headers.incarnation', 'is missing', 'add the incarnation of the log');
  }
  const hash = sha256Hex(value);
  if (hash !== hashHeader) {
    return refused(
      'hash-mismatch',
      'value',
      `has SHA-256 ${hash}, the hash header says ${hashHeader}`,
      'fetch the entry from the log that owns it; the message was altered on its way',
    );
  }
  const text = value.toString();
  const json = parsedJson(text);
  if (json === undefined)
    return refused('malformed', 'value', 'is no JSON', 'send the canonical envelope as the value');
  const log = header(headers, 'log') ?? '';
  if (scrutiny.canonical && canonical(json.value) !== text) {
    return refused(
      'malformed',
      'value',
      'is no canonical text',
      'sort keys, leave out white space, write whole numbers only (RFC 8785), and hash exactly that text',
    );
  }
  const traceparent = header(headers, 'traceparent');
  const delivery: Delivery = traceparent === undefined ? { incarnation } : { incarnation, traceparent };
  const parsed = scrutiny.parse(log, json.value);
  const { entry } = parsed;
  if (entry !== undefined) {
    const misplaced = misplacement(entry, message, from);
    if (misplaced !== undefined) return misplaced;
  }
  const chain = Buffer.from(chainHeader, 'hex');
  if (entry === undefined) return { ok: false, error: parsed.error };
  const event = sealedEvent(log, entry, text, Buffer.from(hash, 'hex'), chain);
  return parsed.ok ? { ok: true, event, delivery } : { ok: false, error: parsed.error, event, delivery };
}

/** Key, headers and place repeat what the hashed envelope says; where they differ, the message is not believed. */
function misplacement(
  entry: LogEntry,
  { key, headers }: ReceivedMessage,
  from: Place | undefined,
): Undecoded | undefined {
  const said: readonly (readonly [field: string, said: string | undefined, is: string])[] = [
    ['key', key === undefined || key === null ? undefined : key.toString(), entry.stream],
    ['headers.position', header(headers, 'position'), String(entry.position)],
    ['headers.type', header(headers, 'type'), entry.type],
  ];
  for (const [field, value, is] of said) {
    if (value !== is)
      return refused('malformed', field, `is ${value ?? 'missing'}`, `send "${is}", as the envelope says`);
  }
  if (from === undefined) return undefined;
  const home = logPartitionOf({ topic: from.topic, kafkaPartition: from.partition });
  return home?.log === entry.log && home.partition === entry.partition
    ? undefined
    : refused(
        'malformed',
        'partition',
        `is ${entry.log}/${entry.partition}, read from ${from.topic}/${from.partition}`,
        'send it to the topic and partition of its log partition',
      );
}
