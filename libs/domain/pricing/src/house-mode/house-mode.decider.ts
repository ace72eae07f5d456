import { choice, readBody, record, textOf } from '@ballast/documents';
import { emitterOf, type CommandHandler, type CommandResult } from '@ballast/event-sourcing';
import { HOUSE_MODES, isNoLooser, PRICING_EVENTS, type HouseModeCommands, type PricingEvents } from '@ballast/facts';
import { IDENTIFIER, isNobody, REASON, subjectOf } from '@ballast/kernel';
import type { PricingState } from '../pricing.state.js';

/** Expected refusals of a change of the mode. */
type HouseModeRejection =
  | 'actor-missing'
  | 'house-mode-invalid'
  | 'house-mode-unchanged'
  | 'proposal-exists'
  | 'proposal-unknown'
  | 'proposal-approved'
  | 'proposer-may-not-approve';

const emit = emitterOf<PricingEvents>(PRICING_EVENTS);

const refuse = (code: HouseModeRejection, detail: string): CommandResult => ({ outcome: 'rejected', code, detail });

const CHANGE = record({ proposalId: textOf(IDENTIFIER), mode: choice(HOUSE_MODES), reason: textOf(REASON) });
const APPROVAL = record({ proposalId: textOf(IDENTIFIER) });

/**
 * The commands by which the house does less or more. Less is for one person, at once: whoever sees the fire pulls the switch. More
 * needs a second person.
 * @see docs/spec/house-modes.md CLR-HMD-002
 */
export const houseModeCommands: Readonly<Record<keyof HouseModeCommands, CommandHandler<PricingState>>> = {
  ChangeHouseMode: ({ houseMode: from, modeProposals }, { payload, actor }, context) => {
    const command = readBody(payload, CHANGE);
    if ('defects' in command) return refuse('house-mode-invalid', command.defects.join('; '));
    const { proposalId, mode, reason } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'a change of the mode names the person who makes it');
    if (modeProposals.has(proposalId)) return refuse('proposal-exists', `proposal ${proposalId} was made before`);
    if (mode === from) return refuse('house-mode-unchanged', `the house is in ${mode} already`);
    if (isNoLooser(mode, from)) {
      emit(context, 'HouseModeChanged', { proposalId, from, to: mode, proposer: null, reason });
      return { outcome: 'accepted', data: { proposalId, mode, status: 'changed' } };
    }
    emit(context, 'HouseModeProposed', { proposalId, mode, reason });
    return { outcome: 'accepted', data: { proposalId, mode, status: 'proposed' } };
  },
  ApproveHouseMode: ({ houseMode: from, modeProposals }, { payload, actor }, context) => {
    const command = readBody(payload, APPROVAL);
    if ('defects' in command) return refuse('house-mode-invalid', command.defects.join('; '));
    const { proposalId } = command.figures;
    if (isNobody(actor)) return refuse('actor-missing', 'an approval names the person who gives it');
    const proposal = modeProposals.get(proposalId);
    if (proposal === undefined) return refuse('proposal-unknown', `proposal ${proposalId} was never made`);
    if (!proposal.open) return refuse('proposal-approved', `proposal ${proposalId} is done with; make another`);
    const { mode, proposer, reason } = proposal;
    if (subjectOf(proposer) === subjectOf(actor)) {
      return refuse('proposer-may-not-approve', `${actor} proposed ${proposalId}; another person approves it`);
    }
    emit(context, 'HouseModeChanged', { proposalId, from, to: mode, proposer, reason });
    return { outcome: 'accepted', data: { proposalId, mode, status: 'changed' } };
  },
};
