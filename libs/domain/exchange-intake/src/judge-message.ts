import type { BasisStep, LogPartition, OutsideMessage } from '@ballast/event-sourcing';
import { READERS, type ExchangeLog, type Place } from '@ballast/facts';
import { canonicalText, type Instant } from '@ballast/kernel';
import {
  correlationOf,
  digestOf,
  keptUpTo,
  laneKey,
  namedKey,
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

/** How a message is written down: word for word, with the place in its producer's own sequence, and behind what its readers need first. */
export function keptMessage(state: IntakeState, message: ProducerMessage): OutsideMessage {
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
    presupposes: [
      ...(answers === null ? [] : [['liquidation', answers.partition, answers.position] as const]),
      ...saidBefore(state, { log, partition }),
    ],
  };
}

/**
 * What the exchange said before in other logs that the same partition reads, and that this one has not named yet: a fill stands
 * behind the opening of its account, whichever arrives first.
 * @see docs/spec/exchange-intake.md CLR-XCH-004
 */
function saidBefore({ ends, named }: IntakeState, { log, partition }: LogPartition): readonly BasisStep[] {
  const lane = laneKey(log, partition);
  return (READ_TOGETHER.get(log) ?? []).flatMap((other): readonly BasisStep[] => {
    const key = laneKey(other, partition);
    const end = ends.get(key) ?? 0;
    return end > (named.get(namedKey(lane, key)) ?? 0) ? [[other, partition, end]] : [];
  });
}

/** By log of the exchange: the others that some partition reads beside it. */
const READ_TOGETHER: ReadonlyMap<string, readonly string[]> = new Map(
  READERS.flatMap(({ sources }) => {
    const own = sources.filter(({ log, partitions }) => log.startsWith('exchange.') && partitions === 'own');
    return own.length < 2
      ? []
      : own.map(({ log }) => [log, own.map((each) => each.log).filter((other) => other !== log)]);
  }),
);
