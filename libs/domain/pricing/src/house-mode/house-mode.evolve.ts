import type { OwnTable } from '@ballast/event-sourcing';
import type { PricingEvents } from '@ballast/facts';
import type { PricingState } from '../pricing.state.js';

/** How the mode of the house follows from events. What was proposed on another mode is done with as soon as that changes. */
export const houseModeEvolution: OwnTable<
  PricingState,
  Pick<PricingEvents, 'HouseModeProposed' | 'HouseModeChanged'>
> = {
  HouseModeProposed({ modeProposals }, { payload: { proposalId, mode, reason }, actor }) {
    modeProposals.set(proposalId, { mode, reason, proposer: actor ?? '', open: true });
  },
  HouseModeChanged(state, { payload: { proposalId, to, reason, proposer }, actor, time }) {
    state.houseMode = to;
    const persons = proposer === null ? { proposer: actor ?? '', approver: null } : { proposer, approver: actor };
    state.modeChange = { proposalId, at: time.clearing, ...persons, reason };
    for (const proposal of state.modeProposals.values()) proposal.open = false;
    state.modeProposals.set(proposalId, { mode: to, reason, proposer: proposer ?? actor ?? '', open: false });
  },
};
