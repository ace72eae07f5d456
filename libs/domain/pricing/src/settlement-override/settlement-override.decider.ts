import { optional, readBody, record, textOf, whole } from '@ballast/documents';
import { emitterOf, type CommandHandler, type CommandResult } from '@ballast/event-sourcing';
import { PRICING_EVENTS, type PricingEvents, type SettlementOverrideCommands } from '@ballast/facts';
import {
  IDENTIFIER,
  isNobody,
  isoOf,
  POSITIVE_DECIMAL,
  REASON,
  subjectOf,
  UNDERLYING,
  type Instant,
} from '@ballast/kernel';
import { expiryKey } from '../contracts/contract.state.js';
import type { PricingState } from '../pricing.state.js';

/** Expected refusals of a settlement price that persons want. */
type SettlementOverrideRejection =
  | 'actor-missing'
  | 'settlement-override-invalid'
  | 'expiry-unknown'
  | 'override-exists'
  | 'override-lapsed'
  | 'override-unknown'
  | 'override-approved'
  | 'proposer-may-not-approve';

const emit = emitterOf<PricingEvents>(PRICING_EVENTS);

const refuse = (code: SettlementOverrideRejection, detail: string): CommandResult => ({
  outcome: 'rejected',
  code,
  detail,
});

const time = () => whole(0, Number.MAX_SAFE_INTEGER);
const PROPOSAL = record({
  overrideId: textOf(IDENTIFIER),
  underlying: textOf(UNDERLYING),
  expiry: time(),
  price: optional(textOf(POSITIVE_DECIMAL), null),
  validUntil: time(),
  reason: textOf(REASON),
});
const APPROVAL = record({ overrideId: textOf(IDENTIFIER) });

type Named = Pick<PricingEvents['SettlementOverrideProposed'], 'underlying' | 'expiry' | 'validUntil'>;

/** What speaks against it as things stand; null: nothing. */
function objection(
  { expiries }: PricingState,
  { underlying, expiry, validUntil }: Named,
  now: Instant,
): CommandResult | null {
  if (expiries.get(expiryKey(underlying, expiry))?.admitted !== true) {
    return refuse(
      'expiry-unknown',
      `nothing of ${underlying} that is cleared here expires at ${isoOf(expiry)}, or its price is fixed`,
    );
  }
  return validUntil > now
    ? null
    : refuse('override-lapsed', `it could be approved until ${isoOf(validUntil)}, and it is ${isoOf(now)}`);
}

/**
 * The commands by which two persons set the price at which an expiry is delivered, where the average can't be trusted.
 * @see docs/spec/pricing.md CLR-PRC-062
 */
export const settlementOverrideCommands: Readonly<
  Record<keyof SettlementOverrideCommands, CommandHandler<PricingState>>
> = {
  ProposeSettlementOverride: (state, { payload, actor }, context) => {
    const command = readBody(payload, PROPOSAL);
    if ('defects' in command) return refuse('settlement-override-invalid', command.defects.join('; '));
    const { overrideId } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'a proposal names the person who makes it');
    if (state.settlementOverrides.has(overrideId)) {
      return refuse('override-exists', `override ${overrideId} was proposed before`);
    }
    const objected = objection(state, command.figures, context.time.clearing);
    if (objected !== null) return objected;
    emit(context, 'SettlementOverrideProposed', command.figures);
    return { outcome: 'accepted', data: { overrideId, status: 'proposed' } };
  },
  ApproveSettlementOverride: (state, { payload, actor }, context) => {
    const command = readBody(payload, APPROVAL);
    if ('defects' in command) return refuse('settlement-override-invalid', command.defects.join('; '));
    const { overrideId } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'an approval names the person who gives it');
    const override = state.settlementOverrides.get(overrideId);
    if (override === undefined) return refuse('override-unknown', `override ${overrideId} was never proposed`);
    const { proposer, proposed, approvedAt } = override;
    if (approvedAt !== null) return refuse('override-approved', `override ${overrideId} was approved before`);
    if (subjectOf(proposer) === subjectOf(actor)) {
      return refuse('proposer-may-not-approve', `${actor} proposed ${overrideId}; another person approves it`);
    }
    const objected = objection(state, proposed, context.time.clearing);
    if (objected !== null) return objected;
    emit(context, 'SettlementOverrideApproved', { ...proposed, proposer });
    return { outcome: 'accepted', data: { overrideId, status: 'approved' } };
  },
};
