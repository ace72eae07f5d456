import { touch, type Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

export const setOffEvolution: Evolution<'SetOffAgreementChanged' | 'OtherAccountCharged' | 'SetOffReceived'> = {
  SetOffAgreementChanged(state, { version, payload: { accountId, answers } }) {
    touch(state, accountId, version, false).answers = answers;
  },
  OtherAccountCharged(state, { version, payload: { accountId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
  },
  SetOffReceived(state, { version, payload: { accountId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
  },
};
