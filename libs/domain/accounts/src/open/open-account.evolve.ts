import { invariant } from '@ballast/kernel';
import type { Evolution } from '../accounts.state.js';

export const openingEvolution: Evolution<'AccountOpened'> = {
  AccountOpened(state, { version, payload: { accountId } }) {
    invariant(!state.accounts.has(accountId), `account opened twice: ${accountId}`);
    state.importing?.accounts.delete(accountId);
    state.accounts.set(accountId, {
      version,
      figuresVersion: version,
      model: null,
      answers: false,
      positions: new Map(),
    });
  },
};
