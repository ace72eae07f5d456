import { dec } from '@ballast/kernel';
import { perAccount, touch, type Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';
import { contentOf } from './movement.js';

export const depositEvolution: Evolution<'CollateralCredited'> = {
  CollateralCredited(state, { version, payload: { accountId, depositId, asset, amount, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
    state.deposits.set(perAccount(accountId, depositId), contentOf(asset, dec(amount)));
  },
};
