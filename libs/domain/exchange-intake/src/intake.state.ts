import { canonicalText, sha256 } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';

/** Why nothing more is taken of a producer. */
export interface Fork {
  /** What was sent. */
  readonly incarnation: string;
  readonly position: number;
  readonly because: 'incarnation' | 'content';
}

/** Somebody wants a producer to go on with another incarnation. */
export interface Continuation {
  readonly incarnation: string;
  readonly reason: string;
  readonly proposer: string;
}

/** What is known of a program of the exchange that sends messages. */
export interface Producer {
  /** The one that is taken. */
  incarnation: string;
  fork: Fork | null;
  proposal: Continuation | null;
  /** Incarnations that were taken before; what they send again is nothing new. */
  readonly ended: Set<string>;
}

/** How far the messages of one incarnation were kept, and what the newest of them are. */
export interface Sequence {
  position: number;
  /** Digests of the last messages by position. */
  readonly recent: Map<number, string>;
}

export interface IntakeState {
  readonly producers: Map<string, Producer>;
  /** By producer and incarnation. */
  readonly sequences: Map<string, Sequence>;
  /** Where the global partition of the quotes ends: what Ballast itself says is named by its place there. */
  quotes: number;
}

/** A message is compared with the one that was kept at its position as long as it is among so many of its producer. */
const MESSAGES_REMEMBERED = 1_000;

export const sequenceKey = (producer: string, incarnation: string): string => `${producer}/${incarnation}`;

/** Who said what at which place of his own sequence. */
export interface MessagePlace {
  readonly producer: string;
  readonly incarnation: string;
  /** 1, 2, 3, ... without gaps, over everything that the producer sends. */
  readonly position: number;
}

/** What a kept message and everything that follows from it is found by: `<producer>/<incarnation>#<position>`. */
export const correlationOf = ({ producer, incarnation, position }: MessagePlace): string =>
  `${sequenceKey(producer, incarnation)}#${position}`;

const CORRELATION = /^([^/#]+)\/([^/#]+)#(\d+)$/;

/** Where a kept message stood in the sequence of its producer; undefined for what nobody sent. */
export function placeOf(correlation: string): MessagePlace | undefined {
  const [, producer, incarnation, position] = CORRELATION.exec(correlation) ?? [];
  return producer === undefined || incarnation === undefined
    ? undefined
    : { producer, incarnation, position: Number(position) };
}

/** What two messages at one position are compared by. */
export const digestOf = (type: string, payloadText: string): string => sha256(`${type} ${payloadText}`).toString('hex');

/** Takes note of an entry of any log of the exchange: its place, and whose message it is. */
export function noteEntry(state: IntakeState, entry: LogEntry): void {
  if (entry.log === 'exchange.quotes') state.quotes = entry.position;
  const place = placeOf(entry.correlation);
  if (place === undefined) return;
  const sequence = sequenceOf(state, place.producer, place.incarnation);
  if (place.position > sequence.position) moveTo(sequence, place.position);
  // The logs of the exchange are read one after the other behind a start, each in its own order.
  if (place.position > sequence.position - MESSAGES_REMEMBERED)
    sequence.recent.set(place.position, digestOf(entry.type, canonicalText(entry.payload)));
}

/** Forgets what is no longer among the last messages. */
function moveTo(sequence: Sequence, position: number): void {
  const oldest = sequence.position - MESSAGES_REMEMBERED + 1;
  for (let old = oldest; old <= position - MESSAGES_REMEMBERED; old++) sequence.recent.delete(old);
  sequence.position = position;
}

function sequenceOf(state: IntakeState, producer: string, incarnation: string): Sequence {
  const key = sequenceKey(producer, incarnation);
  let sequence = state.sequences.get(key);
  if (sequence === undefined) state.sequences.set(key, (sequence = { position: 0, recent: new Map() }));
  return sequence;
}

/** Position of the last message of a producer's incarnation that was kept; 0 before the first. */
export const keptUpTo = ({ sequences }: IntakeState, producer: string, incarnation: string): number =>
  sequences.get(sequenceKey(producer, incarnation))?.position ?? 0;
