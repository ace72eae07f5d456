import type { OutsideMessage } from '@ballast/event-sourcing';
import type { ExchangeLog, Place } from '@ballast/facts';
import { canonicalText, type Instant } from '@ballast/kernel';
import {
  correlationOf,
  digestOf,
  keptUpTo,
  sequenceKey,
  type Fork,
  type IntakeState,
  type MessagePlace,
} from './intake.state.js';

/** A message whose shape is known to be sound, and where it belongs. */
export interface ProducerMessage extends MessagePlace {
  readonly at: Instant;
  readonly log: ExchangeLog;
  readonly partition: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly stream: string;
  readonly payload: unknown;
  /** What liquidation asked for, when the message is the answer to that; null for what the exchange says by itself. */
  readonly answers: Place | null;
}

/**
 * What an arriving message is, by position first:
 * - `next`: it is kept; `isFirst` of a producer that nobody knew;
 * - `duplicate`: it was kept before;
 * - `hole`: messages from `expected` on are missing, and have to be sent first;
 * - `ended`: two persons have ended this incarnation;
 * - `fork`: it contradicts what was kept, and is on record before anybody is told; `stopped`: so did one before it.
 */
export type MessageVerdict =
  | { readonly is: 'next'; readonly isFirst: boolean }
  | { readonly is: 'duplicate' }
  | { readonly is: 'hole'; readonly expected: number }
  | { readonly is: 'ended' }
  | { readonly is: 'fork'; readonly fork: Fork }
  | { readonly is: 'stopped'; readonly fork: Fork };

/** @see docs/spec/exchange-intake.md CLR-XCH-002 */
export function judgeMessage(
  state: IntakeState,
  { producer: name, incarnation, position, type, payload }: ProducerMessage,
): MessageVerdict {
  const producer = state.producers.get(name);
  if (producer === undefined) return position === 1 ? { is: 'next', isFirst: true } : { is: 'hole', expected: 1 };
  if (producer.ended.has(incarnation)) return { is: 'ended' };
  if (producer.fork !== null) return { is: 'stopped', fork: producer.fork };
  if (incarnation !== producer.incarnation) {
    return { is: 'fork', fork: { incarnation, position, because: 'incarnation' } };
  }
  const kept = keptUpTo(state, name, incarnation);
  if (position > kept + 1) return { is: 'hole', expected: kept + 1 };
  if (position === kept + 1) return { is: 'next', isFirst: false };
  const before = state.sequences.get(sequenceKey(name, incarnation))?.recent.get(position);
  return before === undefined || before === digestOf(type, canonicalText(payload))
    ? { is: 'duplicate' }
    : { is: 'fork', fork: { incarnation, position, because: 'content' } };
}

/** How a message is written down: word for word, with the place in its producer's own sequence, and behind what it answers. */
export function keptMessage(message: ProducerMessage): OutsideMessage {
  const { log, partition, type, schemaVersion, stream, payload, at, answers } = message;
  const correlation = correlationOf(message);
  return {
    at,
    correlation,
    cause:
      answers === null
        ? { kind: 'timer', id: correlation, due: at }
        : { kind: 'event', log: 'liquidation', partition: answers.partition, position: answers.position },
    actor: null,
    event: { stream, type, schemaVersion, payload, to: { log, partition } },
    presupposes: answers === null ? [] : [['liquidation', answers.partition, answers.position]],
  };
}
