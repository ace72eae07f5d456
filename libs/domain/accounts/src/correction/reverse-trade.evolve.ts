import { dec, invariant } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { discountVolume } from '../fees/fee-tiers.js';
import { bookTrade, fillKey, rememberFill } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const correctionEvolution: Evolution<'TradeSidesReported' | 'TradeReversed'> = {
  TradeSidesReported: () => undefined,
  TradeReversed(state, { version, payload }) {
    const { accountId, tradeId, fill = 1, side, quantity, price, position, postings } = payload;
    const { instrument } = position;
    post(state.ledger, postings);
    bookTrade(state, touch(state, accountId, version, true), {
      instrument,
      side: side === 'buy' ? 'sell' : 'buy',
      quantity: dec(quantity),
      tradePrice: dec(price),
      after: positionOf(position),
      postings,
    });
    discountVolume(state, accountId, { instrument, quantity, price: dec(price) });
    const remembered = state.trades.get(fillKey({ accountId, instrument, tradeId, side, fill }));
    invariant(remembered, `${tradeId} of ${accountId} is taken back and is not remembered`);
    rememberFill(state, { ...remembered, kept: 'reversed' });
  },
};
