import { dec } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { addToOrder, orderAt } from '../close-out/close-out.evolve.js';
import { bookTrade, rememberTrade, tradeKey } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const fillEvolution: Evolution<'PositionChanged'> = {
  PositionChanged(state, { version, payload }) {
    const { accountId, tradeId, closeOutOrder, side, quantity, fillPrice, position, postings } = payload;
    post(state.ledger, postings);
    const content = bookTrade(state, touch(state, accountId, version, true), {
      instrument: position.instrument,
      side,
      quantity: dec(quantity),
      tradePrice: dec(fillPrice),
      after: positionOf(position),
      postings,
    });
    rememberTrade(state, tradeKey(accountId, tradeId, side), content);
    if (closeOutOrder !== null) addToOrder(orderAt(state, closeOutOrder.position), postings);
  },
};
