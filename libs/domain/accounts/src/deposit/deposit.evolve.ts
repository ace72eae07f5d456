import { touch, type Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

export const depositEvolution: Evolution<'CollateralCredited'> = {
  CollateralCredited(state, { version, payload: { accountId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
  },
};
