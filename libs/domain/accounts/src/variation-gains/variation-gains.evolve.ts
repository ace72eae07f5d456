import { dec } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

export const variationGainEvolution: Evolution<'VariationGainsOffered' | 'VariationGainReduced'> = {
  VariationGainsOffered: () => undefined,
  VariationGainReduced(state, { version, payload: { accountId, amount, postings } }) {
    touch(state, accountId, version, !dec(amount).isZero());
    post(state.ledger, postings);
  },
};
