import { dec, invariant } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { discountVolume } from '../fees/fee-tiers.js';
import { bookTrade, fillKey, rememberFill } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const correctionEvolution: Evolution<'TradeSidesReported' | 'TradeReversed'> = {
  /** What may be taken back stays until a person says so. */
  TradeSidesReported({ correcting }, { payload: { tradeId, instrument, sides, refusal } }) {
    if (refusal !== null) return;
    for (const { accountId, side, fill = 1 } of sides) {
      correcting.add(fillKey({ accountId, instrument, tradeId, side, fill }));
    }
  },
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
    const key = fillKey({ accountId, instrument, tradeId, side, fill });
    const remembered = state.trades.get(key);
    invariant(remembered, `${tradeId} of ${accountId} is taken back and is not remembered`);
    state.correcting.delete(key);
    rememberFill(state, { ...remembered, kept: 'reversed' });
  },
};
