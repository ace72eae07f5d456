import { dec } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { addToOrder, orderAt } from '../close-out/close-out.evolve.js';
import { countVolume } from '../fees/fee-tiers.js';
import { bookTrade, rememberFill } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const fillEvolution: Evolution<'PositionChanged'> = {
  PositionChanged(state, { version, payload, time }) {
    const { accountId, reason, tradeId, fill, closeOutOrder, side, quantity, fillPrice, fee, position, postings } =
      payload;
    post(state.ledger, postings);
    bookTrade(state, touch(state, accountId, version, true), {
      instrument: position.instrument,
      side,
      quantity: dec(quantity),
      tradePrice: dec(fillPrice),
      after: positionOf(position),
      postings,
    });
    const { instrument } = position;
    if (reason === 'trade') {
      countVolume(state, accountId, { instrument, quantity, price: dec(fillPrice) }, time.clearing);
    }
    rememberFill(state, {
      ...{ accountId, instrument, tradeId, side, part: fill },
      ...{ quantity, price: fillPrice, fee, kept: reason },
    });
    if (closeOutOrder !== null) addToOrder(orderAt(state, closeOutOrder.position), postings);
  },
};
