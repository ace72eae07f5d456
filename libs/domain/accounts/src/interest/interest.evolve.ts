import { touch, type Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

export const interestEvolution: Evolution<'InterestCharged'> = {
  InterestCharged(state, { version, payload: { accountId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
  },
};
