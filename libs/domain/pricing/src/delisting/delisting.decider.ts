import { optional, readBody, record, textOf, whole } from '@ballast/documents';
import { emitterOf, type CommandHandler, type CommandResult, type Timer } from '@ballast/event-sourcing';
import { PRICING_EVENTS, type DelistingCommands, type InstrumentId, type PricingEvents } from '@ballast/facts';
import {
  IDENTIFIER,
  INSTRUMENT_ID,
  invariant,
  isNobody,
  isoOf,
  POSITIVE_DECIMAL,
  REASON,
  subjectOf,
  type DecimalString,
  type Instant,
} from '@ballast/kernel';
import { listingOf } from '../contracts/listing.decider.js';
import type { PricingState } from '../pricing.state.js';
import { delistingOf, isDelisted } from './delisting.evolve.js';

/** Expected refusals of the end of a perpetual. */
type DelistingRejection =
  | 'actor-missing'
  | 'delisting-invalid'
  | 'instrument-unknown'
  | 'instrument-dated'
  | 'instrument-delisted'
  | 'delisting-in-the-past'
  | 'delisting-exists'
  | 'delisting-unknown'
  | 'delisting-approved'
  | 'proposer-may-not-approve';

const emit = emitterOf<PricingEvents>(PRICING_EVENTS);

const refuse = (code: DelistingRejection, detail: string): CommandResult => ({ outcome: 'rejected', code, detail });

const PROPOSAL = record({
  delistingId: textOf(IDENTIFIER),
  instrument: textOf(INSTRUMENT_ID),
  at: optional(whole(0, Number.MAX_SAFE_INTEGER), null),
  price: optional(textOf(POSITIVE_DECIMAL), null),
  reason: textOf(REASON),
});
const APPROVAL = record({ delistingId: textOf(IDENTIFIER) });

/** What speaks against it as things stand; null: nothing. */
function objection(
  state: PricingState,
  { instrument, at }: Pick<PricingEvents['DelistingProposed'], 'instrument' | 'at'>,
  now: Instant,
): CommandResult | null {
  const listing = listingOf(state, instrument);
  if (listing?.admitted !== true)
    return refuse('instrument-unknown', `${instrument} is not cleared here, or no longer`);
  if (listing.specification.instrument.kind !== 'perpetual') {
    return refuse('instrument-dated', `${instrument} ends at its expiry; halt it until then`);
  }
  if (isDelisted(state, instrument)) return refuse('instrument-delisted', `${instrument} has ended`);
  return at === null || at > now
    ? null
    : refuse('delisting-in-the-past', `it is ${isoOf(now)} already: name a later time`);
}

/**
 * The commands by which two persons end a perpetual at a time, or let it stay after all.
 * @see docs/spec/delisting.md CLR-DEL-001
 */
export const delistingCommands: Readonly<Record<keyof DelistingCommands, CommandHandler<PricingState>>> = {
  ProposeDelisting: (state, { payload, actor }, context) => {
    const command = readBody(payload, PROPOSAL);
    if ('defects' in command) return refuse('delisting-invalid', command.defects.join('; '));
    const { delistingId } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'a proposal names the person who makes it');
    if (state.delistings.has(delistingId)) {
      return refuse('delisting-exists', `delisting ${delistingId} was proposed before`);
    }
    const objected = objection(state, command.figures, context.time.clearing);
    if (objected !== null) return objected;
    emit(context, 'DelistingProposed', command.figures);
    return { outcome: 'accepted', data: { delistingId, status: 'proposed' } };
  },
  ApproveDelisting: (state, { payload, actor }, context) => {
    const command = readBody(payload, APPROVAL);
    if ('defects' in command) return refuse('delisting-invalid', command.defects.join('; '));
    const { delistingId } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'an approval names the person who gives it');
    const delisting = state.delistings.get(delistingId);
    if (delisting === undefined) return refuse('delisting-unknown', `delisting ${delistingId} was never proposed`);
    const { proposer, proposed, approvedAt } = delisting;
    if (approvedAt !== null) return refuse('delisting-approved', `delisting ${delistingId} was approved before`);
    if (subjectOf(proposer) === subjectOf(actor)) {
      return refuse('proposer-may-not-approve', `${actor} proposed ${delistingId}; another person approves it`);
    }
    const objected = objection(state, proposed, context.time.clearing);
    if (objected !== null) return objected;
    emit(context, 'DelistingApproved', { ...proposed, proposer });
    return { outcome: 'accepted', data: { delistingId, status: 'approved' } };
  },
};

/** The mark of a perpetual as it was published last; null while it is frozen, and before the first. */
function liveMark({ perpetuals, contracts }: PricingState, instrument: InstrumentId): DecimalString | null {
  const mark = perpetuals.get(instrument)?.mark;
  if (mark !== undefined) return mark === null || mark.branch === 'frozen' ? null : mark.mark;
  const risk = contracts.get(instrument)?.risk ?? null;
  return risk === null || risk.status === 'HALT' ? null : risk.price;
}

const TIMER = 'delisting-';

/** Perpetuals whose end has come: at its time, at a mark that is frozen then with the first price set in which it is not. */
export function dueDelistings(state: PricingState, now: Instant): readonly Timer[] {
  const instruments = new Set([...state.delistings.values()].map(({ proposed }) => proposed.instrument));
  return [...instruments].flatMap((instrument) => {
    const delisting = delistingOf(state, instrument);
    const at = delisting?.proposed.at ?? null;
    if (delisting === undefined || delisting.ended || at === null || at > now) return [];
    if (delisting.proposed.price === null && liveMark(state, instrument) === null) return [];
    return [{ id: TIMER + delisting.proposed.delistingId, due: at }];
  });
}

/** True for a timer of `dueDelistings`. */
export const isDelisting = ({ id }: Timer): boolean => id.startsWith(TIMER);

/** A perpetual ends. @see docs/spec/delisting.md CLR-DEL-002 */
export function endInstrument(state: PricingState, { id }: Timer): PricingEvents['InstrumentDelisted'] {
  const delistingId = id.slice(TIMER.length);
  const proposed = state.delistings.get(delistingId)?.proposed;
  const price = proposed === undefined ? null : (proposed.price ?? liveMark(state, proposed.instrument));
  invariant(proposed && price !== null, `${delistingId} ends nothing`);
  return { delistingId, instrument: proposed.instrument, price };
}
