import { touch, type Evolution } from '../accounts.state.js';

export const standingEvolution: Evolution<'AccountStandingChanged'> = {
  AccountStandingChanged(state, { version, actor, payload: { accountId, to } }) {
    touch(state, accountId, version, false);
    if (to === 'open') state.standings.delete(accountId);
    else state.standings.set(accountId, { standing: to, by: actor ?? '' });
  },
};
