import type { OutsideMessage } from '@ballast/event-sourcing';
import { factsOf, PRODUCER_EVENTS, type ProducerEvents } from '@ballast/facts';
import { subjectOf, type Instant } from '@ballast/kernel';
import { sequenceKey, type Fork, type IntakeState } from './intake.state.js';

const factOf = factsOf(PRODUCER_EVENTS);

/** What Ballast itself says of a producer, at the time that the log of the exchange has come to. */
function said<Type extends keyof ProducerEvents>(
  { quotes }: IntakeState,
  type: Type,
  payload: ProducerEvents[Type],
  actor: string | null = null,
): OutsideMessage {
  const correlation = `producer/${payload.producer}@${quotes + 1}`;
  return {
    at: 0,
    correlation,
    cause: { kind: 'timer', id: correlation, due: 0 },
    actor,
    event: factOf(type, payload),
    presupposes: [],
  };
}

/** A producer that nobody knew. */
export const producerBegan = (state: IntakeState, producer: string, incarnation: string): OutsideMessage =>
  said(state, 'ProducerBegan', { producer, incarnation, continues: null, proposer: null, reason: null });

export const producerForked = (state: IntakeState, producer: string, fork: Fork): OutsideMessage =>
  said(state, 'ProducerForked', { producer, ...fork });

/** Why a producer cannot go on with another incarnation; codes are stable. */
export type ContinuationRefusal =
  'producer-unknown' | 'incarnation-used' | 'continuation-not-proposed' | 'proposer-may-not-approve';

export type ContinuationDecision =
  | { readonly accepted: true; readonly said: OutsideMessage }
  | { readonly accepted: false; readonly code: ContinuationRefusal };

/** Somebody who has looked at the producer wants it to go on with another incarnation, from position 1. */
export function proposeContinuation(
  state: IntakeState,
  { producer, incarnation, reason }: ProducerEvents['ProducerContinuationProposed'],
  actor: string,
): ContinuationDecision {
  const known = state.producers.get(producer);
  if (known === undefined) return { accepted: false, code: 'producer-unknown' };
  if (state.sequences.has(sequenceKey(producer, incarnation)) || known.ended.has(incarnation)) {
    return { accepted: false, code: 'incarnation-used' };
  }
  const payload = { producer, incarnation, reason };
  return { accepted: true, said: said(state, 'ProducerContinuationProposed', payload, actor) };
}

/** Another person agrees: what the new incarnation says is taken from position 1 on, what the old one says no more. */
export function approveContinuation(
  state: IntakeState,
  { producer, incarnation }: { readonly producer: string; readonly incarnation: string },
  actor: string,
): ContinuationDecision {
  const known = state.producers.get(producer);
  if (known === undefined) return { accepted: false, code: 'producer-unknown' };
  const { proposal } = known;
  if (proposal?.incarnation !== incarnation) return { accepted: false, code: 'continuation-not-proposed' };
  if (subjectOf(proposal.proposer) === subjectOf(actor)) return { accepted: false, code: 'proposer-may-not-approve' };
  const { proposer, reason } = proposal;
  const payload = { producer, incarnation, continues: known.incarnation, proposer, reason };
  return { accepted: true, said: said(state, 'ProducerBegan', payload, actor) };
}

/** The clock of the house, when the exchange itself says nothing. */
export function clockTicked(at: Instant): OutsideMessage {
  const correlation = `clock@${at}`;
  return {
    at,
    correlation,
    cause: { kind: 'timer', id: 'clock', due: at },
    actor: null,
    event: { stream: 'clock', type: 'ClockTicked', schemaVersion: 1, payload: { at } },
    presupposes: [],
  };
}
