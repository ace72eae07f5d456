import { dec, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import { touch, type AccountsState, type Evolution } from '../accounts.state.js';
import { post } from '../ledger/ledger.js';

/** Something was paid of a deficit of the account. */
export function addToClaim({ claims }: AccountsState, accountId: AccountId, amount: Decimal): void {
  claims.set(accountId, (claims.get(accountId) ?? ZERO).plus(amount));
}

export const claimEvolution: Evolution<'ClaimRepaid' | 'ClaimWaived'> = {
  ClaimRepaid(state, { version, payload: { accountId, remaining, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
    if (dec(remaining).isZero()) state.claims.delete(accountId);
    else state.claims.set(accountId, dec(remaining));
  },
  ClaimWaived: ({ claims }, { payload: { accountId } }) => void claims.delete(accountId),
};
