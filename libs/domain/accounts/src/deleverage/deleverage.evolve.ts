import { dec } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { bookTrade } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const deleveragingEvolution: Evolution<'AdlBooked'> = {
  AdlBooked(state, { version, payload: { accountId, instrument, side, quantity, price, position, postings } }) {
    post(state.ledger, postings);
    bookTrade(state, touch(state, accountId, version, true), {
      instrument,
      side,
      quantity: dec(quantity),
      tradePrice: dec(price),
      after: positionOf(position),
      postings,
    });
  },
};
