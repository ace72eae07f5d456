import { touch, type Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

export const depositEvolution: Evolution<'CollateralCredited'> = {
  CollateralCredited(state, { version, payload: { accountId, depositId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
    for (const [position, waiting] of state.deferred) {
      if (waiting.message.accountId !== accountId || waiting.missingDeposit !== depositId) continue;
      state.deferred.set(position, { ...waiting, missingDeposit: null });
    }
  },
};
