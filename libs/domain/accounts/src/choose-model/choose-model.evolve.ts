import { touch, type Evolution } from '../accounts.state.js';

export const modelEvolution: Evolution<'MarginModelChosen'> = {
  MarginModelChosen(state, { version, payload: { accountId, model } }) {
    // What margin cleared before, it judged by another model.
    touch(state, accountId, version, true).model = model;
  },
};
