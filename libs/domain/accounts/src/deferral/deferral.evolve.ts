import type { Evolution } from '../accounts.state.js';

export const deferralEvolution: Evolution<'MessageDeferred' | 'DeferredMessageTaken'> = {
  MessageDeferred({ deferred }, { position, payload }) {
    deferred.set(position, { position, message: payload, missingDeposit: payload.waitsFor.depositId });
  },
  DeferredMessageTaken({ deferred }, { payload }) {
    deferred.delete(payload.deferred);
  },
};
