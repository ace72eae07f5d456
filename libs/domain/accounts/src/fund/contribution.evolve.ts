import type { Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

export const contributionEvolution: Evolution<'FundContributionForwarded'> = {
  FundContributionForwarded(state, { payload: { contributionId, amount, postings } }) {
    post(state.ledger, postings);
    state.contributions.set(contributionId, amount);
  },
};
