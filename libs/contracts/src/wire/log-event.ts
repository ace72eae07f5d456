import { canonicalText, sha256 } from '@ballast/kernel';
import { sealedEvent, type SealedEvent } from '@ballast/event-sourcing';
import type { z } from 'zod';
import type { logEvent } from '../api/decisions.js';
import { parseEntry } from '../parse-entry.js';
import type { DecodedMessage, Delivery } from './message.js';

/** An entry as a page of a log shows it. */
export type LogEvent = z.infer<typeof logEvent>;

/** Writes a sealed entry for a page of its log: as it was hashed, and beside that how it is read, if it was corrected. */
export function encodeLogEvent({ text, hash, chain, readAs }: SealedEvent): LogEvent {
  const entry = JSON.parse(text) as Omit<LogEvent, 'hash' | 'chain'>;
  return {
    ...entry,
    ...{ hash: hash.toString('hex'), chain: chain.toString('hex') },
    ...(readAs === undefined ? {} : { readAs }),
  };
}

/** An event for a stream, which sends no hashes: a corrected one as it is read, and who said so. @see docs/spec/event-log.md CLR-LOG-082 */
export const streamedText = ({ text, payload, readAs }: SealedEvent): string =>
  readAs === undefined ? text : canonicalText({ ...(JSON.parse(text) as LogEvent), payload, readAs });

/** Reads an entry of a page of a log as it was hashed: the same checks and the same answer as for a message of Kafka. */
export function decodeLogEvent(value: unknown, delivery: Delivery): DecodedMessage {
  const { hash, chain, readAs: _, ...rest } = (value ?? {}) as Record<string, unknown>;
  const log = typeof rest['log'] === 'string' ? rest['log'] : '';
  const parsed = parseEntry(log, rest);
  const { entry } = parsed;
  if (entry === undefined) return { ok: false, error: parsed.error };
  const text = canonicalText(entry);
  const computed = sha256(text);
  if (computed.toString('hex') !== hash || typeof chain !== 'string') {
    const error = {
      field: 'hash',
      message: `is ${String(hash)}, the entry has ${computed.toString('hex')}`,
      remedy: 'fetch the page again; if that does not help, verify the log',
    };
    return { ok: false, error: { ...error, code: 'hash-mismatch', errors: [error] } };
  }
  const event = sealedEvent(log, entry, text, computed, Buffer.from(chain, 'hex'));
  return parsed.ok ? { ok: true, event, delivery } : { ok: false, error: parsed.error, event, delivery };
}
