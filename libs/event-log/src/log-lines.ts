import { sealedEvent, type Reading, type SealedEvent } from '@ballast/event-sourcing';
import { InvariantViolation, canonicalText, sha256 } from '@ballast/kernel';
import { HASH_BYTES, readEntryLine } from './block.js';
import { eventReadAs } from './corrections/read-as.js';

/** Media type of a page of a log as raw lines, for readers of the same house. */
export const LOG_LINES = 'application/x-ndjson';

const HEX_LENGTH = 2 * HASH_BYTES;

/** Before what says how an event is read; no canonical text has it. */
const READ_AS = '\t';

/** An event as one line: its hash, the chain after it, and the canonical text that was hashed; behind it how it is read, if that was corrected. */
export const lineOfEvent = ({ hash, chain, text, readAs }: SealedEvent): string =>
  `${hash.toString('hex')} ${chain.toString('hex')} ${text}${readAs === undefined ? '' : READ_AS + canonicalText(readAs)}`;

/**
 * Reads a line. No schema is asked: the hash says that it is what its log holds.
 * @throws InvariantViolation when the hash is that of something else, or the event of another place
 */
export function eventOfLine(log: string, partition: number, line: string): SealedEvent {
  const hash = Buffer.from(line.slice(0, HEX_LENGTH), 'hex');
  const chain = Buffer.from(line.slice(HEX_LENGTH + 1, 2 * HEX_LENGTH + 1), 'hex');
  const [text, reading] = line.slice(2 * HEX_LENGTH + 2).split(READ_AS) as [string, string?];
  const where = (): string => `a line of ${log}/${partition}`;
  if (!sha256(text).equals(hash)) throw new InvariantViolation(`${where()} has another hash than it says`);
  const { entry } = readEntryLine(text, where);
  if (entry.log !== log || entry.partition !== partition) {
    throw new InvariantViolation(`${where()} is an event of ${entry.log}/${entry.partition}`);
  }
  const event = sealedEvent(log, entry, text, hash, chain);
  return reading === undefined ? event : eventReadAs(event, JSON.parse(reading) as Reading);
}
