import { canonicalText } from '@ballast/kernel';
import { eventHash, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { z } from 'zod';
import type { logEvent } from '../api/decisions.js';
import { parseEntry } from '../parse-entry.js';
import type { DecodedMessage, Delivery } from './message.js';

/** An entry as a page of a log shows it. */
export type LogEvent = z.infer<typeof logEvent>;

/** Writes a sealed entry for a page of its log. */
export function encodeLogEvent(sealed: SealedEvent): LogEvent {
  const { payloadText, basisText, causeText, hash, chain, ...entry } = sealed;
  return {
    ...(JSON.parse(
      canonicalText({
        ...entry,
        payload: JSON.parse(payloadText) as unknown,
        basis: JSON.parse(basisText) as unknown,
        cause: JSON.parse(causeText) as unknown,
      }),
    ) as Omit<LogEvent, 'hash' | 'chain'>),
    hash: hash.toString('hex'),
    chain: chain.toString('hex'),
  };
}

/** Reads an entry of a page of a log: the same checks and the same answer as for a message of Kafka. */
export function decodeLogEvent(value: unknown, delivery: Delivery): DecodedMessage {
  const { hash, chain, ...rest } = (value ?? {}) as Record<string, unknown>;
  const log = typeof rest['log'] === 'string' ? rest['log'] : '';
  const parsed = parseEntry(log, rest);
  const { entry } = parsed;
  if (entry === undefined) return parsed as Extract<typeof parsed, { ok: false }>;
  const texts = textsOf(entry);
  const computed = eventHash(entry, texts);
  if (computed.toString('hex') !== hash || typeof chain !== 'string') {
    const error = {
      field: 'hash',
      message: `is ${String(hash)}, the entry has ${computed.toString('hex')}`,
      remedy: 'fetch the page again; if that does not help, verify the log',
    };
    return { ok: false, error: { ...error, code: 'hash-mismatch', errors: [error] } };
  }
  const event: SealedEvent = { ...entry, ...texts, hash: computed, chain: Buffer.from(chain, 'hex') };
  return parsed.ok ? { ok: true, event, delivery } : { ok: false, error: parsed.error, event, delivery };
}

const textsOf = (entry: LogEntry) => ({
  payloadText: canonicalText(entry.payload),
  basisText: canonicalText(entry.basis),
  causeText: canonicalText(entry.cause),
});
