import { eventHash, type SealedEvent } from '@ballast/event-sourcing';
import { InvariantViolation } from '@ballast/kernel';
import type { EventRow } from './event-log.js';
import { envelopeOf, eventOf } from './stored-event.js';

/** Media type of a page of a log as raw lines, for readers of the same house. */
export const LOG_LINES = 'application/x-ndjson';

type Line = readonly [
  position: number,
  id: string,
  stream: string,
  version: number,
  type: string,
  schemaVersion: number,
  clearing: number,
  hop: number,
  cause: string,
  basis: string,
  correlation: string,
  actor: string | null,
  payload: string,
  hash: string,
  chain: string,
];

/** A stored event as one line: what is hashed, with the texts as they are stored, its hash and the chain after it. */
export function lineOfRow(row: EventRow): string {
  const { position, id, stream, version, type, schemaVersion, clearing, hop, correlation, actor } = row;
  const line: Line = [
    ...([position, id, stream, version, type, schemaVersion, clearing, hop] as const),
    ...([row.causeText, row.basisText, correlation, actor, row.payloadText] as const),
    ...([row.hash.toString('hex'), row.chain.toString('hex')] as const),
  ];
  return JSON.stringify(line);
}

/**
 * Reads a line. No schema is asked: the hash says that it is what its log holds.
 * @throws InvariantViolation when the hash is that of something else
 */
export function eventOfLine(log: string, partition: number, text: string): SealedEvent {
  const line = JSON.parse(text) as Line;
  const [position, id, stream, version, type, schemaVersion, clearing, hop] = line;
  const [, , , , , , , , causeText, basisText, correlation, actor, payloadText, hash, chain] = line;
  const row: EventRow = {
    ...{ partition, position, id, stream, version, type, schemaVersion, clearing, hop },
    ...{ causeText, basisText, correlation, actor, payloadText },
    ...{ hash: Buffer.from(hash, 'hex'), chain: Buffer.from(chain, 'hex') },
    ...{ epoch: 0, worker: '', incarnation: '', recordedAt: 0, trace: null },
  };
  if (!eventHash(envelopeOf(log, row), { payloadText, basisText, causeText }).equals(row.hash)) {
    throw new InvariantViolation(
      `${log}/${partition} position ${position}: the entry has another hash than its line says`,
    );
  }
  return eventOf(log, row);
}
