import { canonicalText, sha256, sha256OfPair } from '@ballast/kernel';
import type { LogEntry, SealedEvent } from './event.js';

/** Chain head of an empty log. */
export const EMPTY_HEAD: Buffer = Buffer.alloc(32);

/** The parts of an envelope that are no plain values, each as its canonical text. */
interface EntryTexts {
  readonly payloadText: string;
  readonly basisText: string;
  readonly causeText: string;
}

/**
 * Canonical envelope: every hashed field, keys sorted, as RFC 8785 would write it. Not hashed: recordedAt, epoch,
 * incarnation, trace context.
 */
export function canonicalEnvelope(entry: Omit<LogEntry, 'payload' | 'basis' | 'cause'>, texts: EntryTexts): string {
  return (
    `{"actor":${entry.actor === null ? 'null' : JSON.stringify(entry.actor)},"basis":${texts.basisText},` +
    `"cause":${texts.causeText},"correlation":${JSON.stringify(entry.correlation)},"id":${JSON.stringify(entry.id)},` +
    `"log":${JSON.stringify(entry.log)},"partition":${entry.partition},"payload":${texts.payloadText},` +
    `"position":${entry.position},"schemaVersion":${entry.schemaVersion},"stream":${JSON.stringify(entry.stream)},` +
    `"time":{"clearing":${entry.time.clearing},"hop":${entry.time.hop}},"type":${JSON.stringify(entry.type)},` +
    `"version":${entry.version}}`
  );
}

/** Next chain head: SHA-256(previous head || event hash). */
export function chainHead(previous: Uint8Array, hash: Uint8Array): Buffer {
  return sha256OfPair(previous, hash);
}

/** Seals an entry onto the chain that ends in `previous`. */
export function seal(entry: LogEntry, previous: Uint8Array): SealedEvent {
  const text = canonicalEnvelope(entry, {
    payloadText: canonicalText(entry.payload),
    basisText: canonicalText(entry.basis),
    causeText: canonicalText(entry.cause),
  });
  const hash = sha256(text);
  return sealedEvent(entry.log, entry, text, hash, chainHead(previous, hash));
}

/**
 * An entry with the text and hashes that it was sealed with. Written out: spreading one object into another takes ten times as long,
 * more than hashing.
 * @param log that it stands in
 */
export function sealedEvent(
  log: string,
  entry: Omit<LogEntry, 'log'>,
  text: string,
  hash: Buffer,
  chain: Buffer,
): SealedEvent {
  return {
    log,
    partition: entry.partition,
    position: entry.position,
    id: entry.id,
    stream: entry.stream,
    version: entry.version,
    type: entry.type,
    schemaVersion: entry.schemaVersion,
    time: entry.time,
    cause: entry.cause,
    basis: entry.basis,
    correlation: entry.correlation,
    actor: entry.actor,
    payload: entry.payload,
    text,
    hash,
    chain,
  };
}
