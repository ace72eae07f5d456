import { optional, readBody, record, textOf, whole } from '@ballast/documents';
import { emitterOf, type CommandHandler, type CommandResult, type Timer } from '@ballast/event-sourcing';
import { PRICING_EVENTS, type InstrumentHaltCommands, type PricingEvents } from '@ballast/facts';
import {
  IDENTIFIER,
  INSTRUMENT_ID,
  invariant,
  isNobody,
  isoOf,
  REASON,
  subjectOf,
  type Instant,
} from '@ballast/kernel';
import { isDelisted } from '../delisting/delisting.evolve.js';
import { listingOf } from '../contracts/listing.decider.js';
import type { InstrumentHalt, PricingState } from '../pricing.state.js';
import { haltOf } from './instrument-halt.evolve.js';

/** Expected refusals of a halt or of its end. */
type InstrumentHaltRejection =
  | 'actor-missing'
  | 'instrument-halt-invalid'
  | 'instrument-unknown'
  | 'halt-exists'
  | 'halt-shorter'
  | 'halt-in-the-past'
  | 'halt-unknown'
  | 'halt-ended'
  | 'resumption-exists'
  | 'resumption-unknown'
  | 'proposer-may-not-approve';

const emit = emitterOf<PricingEvents>(PRICING_EVENTS);

const refuse = (code: InstrumentHaltRejection, detail: string): CommandResult => ({
  outcome: 'rejected',
  code,
  detail,
});

const HALT = record({
  haltId: textOf(IDENTIFIER),
  instrument: textOf(INSTRUMENT_ID),
  until: optional(whole(0, Number.MAX_SAFE_INTEGER), null),
  reason: textOf(REASON),
});
const PROPOSAL = record({ haltId: textOf(IDENTIFIER), reason: textOf(REASON) });
const APPROVAL = record({ haltId: textOf(IDENTIFIER) });

/** A halt without an end lasts longer than any other. */
const isShorter = (until: Instant | null, than: Instant | null): boolean =>
  until !== null && (than === null || until < than);

/** The halt in force that a command names, or why there is none. */
function namedHalt({ instrumentHalts }: PricingState, haltId: string): InstrumentHalt | CommandResult {
  const halt = instrumentHalts.get(haltId);
  if (halt === undefined) return refuse('halt-unknown', `halt ${haltId} was never made`);
  return halt.inForce ? halt : refuse('halt-ended', `halt ${haltId} is over, or a later one has replaced it`);
}

/**
 * The commands by which one instrument stops trading and trades again. To stop it, or for longer, is for one person, at once; to let it trade
 * again before the end that was named needs two.
 * @see docs/spec/instrument-halts.md CLR-HLT-001
 */
export const instrumentHaltCommands: Readonly<Record<keyof InstrumentHaltCommands, CommandHandler<PricingState>>> = {
  HaltInstrument: (state, { payload, actor }, context) => {
    const command = readBody(payload, HALT);
    if ('defects' in command) return refuse('instrument-halt-invalid', command.defects.join('; '));
    const { haltId, instrument, until, reason } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'a halt names the person who makes it');
    if (state.instrumentHalts.has(haltId)) return refuse('halt-exists', `halt ${haltId} was made before`);
    if (listingOf(state, instrument)?.admitted !== true || isDelisted(state, instrument)) {
      return refuse('instrument-unknown', `${instrument} is not cleared here, or no longer`);
    }
    const now = context.time.clearing;
    if (until !== null && until <= now)
      return refuse('halt-in-the-past', `it is ${isoOf(now)} already: name a later end`);
    const halt = haltOf(state, instrument);
    if (halt !== undefined && isShorter(until, halt.until)) {
      return refuse('halt-shorter', `${instrument} is halted for longer: propose that it trades again`);
    }
    emit(context, 'InstrumentHalted', { haltId, instrument, until, reason });
    return { outcome: 'accepted', data: { haltId, instrument, status: 'halted' } };
  },
  ProposeResumption: (state, { payload, actor }, context) => {
    const command = readBody(payload, PROPOSAL);
    if ('defects' in command) return refuse('instrument-halt-invalid', command.defects.join('; '));
    const { haltId, reason } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'a proposal names the person who makes it');
    const halt = namedHalt(state, haltId);
    if ('outcome' in halt) return halt;
    const { instrument, resumption } = halt;
    if (resumption !== null) {
      return refuse('resumption-exists', `${resumption.proposer} proposed that already: another person approves it`);
    }
    emit(context, 'InstrumentResumptionProposed', { haltId, instrument, reason });
    return { outcome: 'accepted', data: { haltId, instrument, status: 'proposed' } };
  },
  ApproveResumption: (state, { payload, actor }, context) => {
    const command = readBody(payload, APPROVAL);
    if ('defects' in command) return refuse('instrument-halt-invalid', command.defects.join('; '));
    const { haltId } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'an approval names the person who gives it');
    const halt = namedHalt(state, haltId);
    if ('outcome' in halt) return halt;
    const { instrument, resumption } = halt;
    if (resumption === null) return refuse('resumption-unknown', `nobody proposed that ${instrument} trades again`);
    const { proposer, reason } = resumption;
    if (subjectOf(proposer) === subjectOf(actor)) {
      return refuse('proposer-may-not-approve', `${actor} proposed the end of ${haltId}; another person approves it`);
    }
    emit(context, 'InstrumentResumed', { haltId, instrument, because: 'approved', proposer, reason });
    return { outcome: 'accepted', data: { haltId, instrument, status: 'resumed' } };
  },
};

const TIMER = 'resumption-';

/** Halts whose end has come. */
export function dueResumptions({ instrumentHalts }: PricingState, now: Instant): readonly Timer[] {
  return [...instrumentHalts].flatMap(([haltId, { inForce, until }]) =>
    inForce && until !== null && until <= now ? [{ id: TIMER + haltId, due: until }] : [],
  );
}

/** True for a timer of `dueResumptions`. */
export const isResumption = ({ id }: Timer): boolean => id.startsWith(TIMER);

/** A halt ends by itself. @see docs/spec/instrument-halts.md CLR-HLT-001 */
export function expireHalt({ instrumentHalts }: PricingState, { id }: Timer): PricingEvents['InstrumentResumed'] {
  const haltId = id.slice(TIMER.length);
  const halt = instrumentHalts.get(haltId);
  invariant(halt, `end of an unknown halt: ${haltId}`);
  return { haltId, instrument: halt.instrument, because: 'expired', proposer: null, reason: null };
}
