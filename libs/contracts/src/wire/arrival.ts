import { chainHead, EMPTY_HEAD, type SealedEvent } from '@ballast/event-sourcing';
import type { Delivery } from './message.js';

/** How far a reader came in one partition of a log. Store it in the same transaction as what the events led to. */
export interface ReadingCursor {
  /** Last position applied; 0 before the first. */
  readonly position: number;
  /** Chain head after it, hex; 64 zeros before the first. */
  readonly chain: string;
  /** Incarnation it came from; empty before the first. */
  readonly incarnation: string;
}

export const START_OF_LOG: ReadingCursor = { position: 0, chain: EMPTY_HEAD.toString('hex'), incarnation: '' };

/**
 * What an arriving event is to a reader:
 * - `next`: apply it and move the cursor with `cursorAfter`;
 * - `duplicate`: applied before, or Kafka delivered it twice; skip it;
 * - `hole`: events between the cursor and it are missing (behind retention); fetch them from the log that owns them;
 * - `fork`: the log was restored or altered: positions name other events now. Stop this partition and tell a person.
 */
export type Arrival = 'next' | 'duplicate' | 'hole' | 'fork';

/** Judges by position first, then by chain: `position <= cursor` is a duplicate, `position > cursor + 1` a hole. */
export function judgeArrival(cursor: ReadingCursor, event: SealedEvent, { incarnation }: Delivery): Arrival {
  if (cursor.incarnation !== '' && incarnation !== cursor.incarnation) return 'fork';
  if (event.position <= cursor.position) return 'duplicate';
  if (event.position > cursor.position + 1) return 'hole';
  const chain = chainHead(Buffer.from(cursor.chain, 'hex'), event.hash);
  return chain.equals(event.chain) ? 'next' : 'fork';
}

export function cursorAfter(event: SealedEvent, { incarnation }: Delivery): ReadingCursor {
  return { position: event.position, chain: event.chain.toString('hex'), incarnation };
}
