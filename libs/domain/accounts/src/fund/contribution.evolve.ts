import type { Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

export const contributionEvolution: Evolution<'FundContributionForwarded'> = {
  FundContributionForwarded: ({ ledger }, { payload: { postings } }) => post(ledger, postings),
};
