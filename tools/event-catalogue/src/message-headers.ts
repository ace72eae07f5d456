/** The only header that may be absent. */
export const TRACE_HEADER = 'traceparent';

/** Of every message of an event, with what they say. */
export const HEADERS: readonly (readonly [string, string])[] = [
  ['hash', 'SHA-256 of the value, 64 hex digits.'],
  [
    'chain',
    'Chain head after this event: SHA-256(chain of the event before || hash), hex. Before the first: 64 zeros.',
  ],
  ['incarnation', 'New after a restore or promotion of the log: a reader that sees another one stops.'],
  ['position', 'Position in the log partition, as in the envelope.'],
  ['type', 'Type, as in the envelope: a reader may pass over a message without reading its value.'],
  ['log', 'Log, as in the envelope.'],
  ['content-type', '`application/json`.'],
  ['ce_specversion', 'CloudEvents in binary mode, for software that routes by its attributes: `1.0`.'],
  ['ce_id', 'Id, as in the envelope.'],
  ['ce_source', '`/ballast/<log>/<partition>`.'],
  ['ce_type', '`ballast.<log>.<type>.v<version>`.'],
  ['ce_subject', 'Stream, as in the envelope.'],
  ['ce_time', 'Clearing time, RFC 3339.'],
  [TRACE_HEADER, 'W3C trace context. May be absent.'],
];
