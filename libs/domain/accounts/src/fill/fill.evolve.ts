import { dec } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { addToOrder, orderAt } from '../close-out/close-out.evolve.js';
import { bookTrade, fillKey, rememberTrade } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const fillEvolution: Evolution<'PositionChanged'> = {
  PositionChanged(state, { version, payload }) {
    const { accountId, tradeId, fill, closeOutOrder, side, quantity, fillPrice, position, postings } = payload;
    post(state.ledger, postings);
    const content = bookTrade(state, touch(state, accountId, version, true), {
      instrument: position.instrument,
      side,
      quantity: dec(quantity),
      tradePrice: dec(fillPrice),
      after: positionOf(position),
      postings,
    });
    const { instrument } = position;
    rememberTrade(state, fillKey({ accountId, instrument, tradeId, side, fill: fill ?? 1 }), content);
    if (closeOutOrder !== null) addToOrder(orderAt(state, closeOutOrder.position), postings);
  },
};
