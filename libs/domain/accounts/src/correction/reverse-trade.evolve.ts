import { dec, invariant } from '@ballast/kernel';
import { touch, type AccountsState, type Evolution } from '../accounts.state.js';
import { discountVolume } from '../fees/fee-tiers.js';
import { bookTrade, fillKey, rememberFill } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

/** A correction has ended: what only it kept in reach is a fill like others. */
export function letGo(correcting: AccountsState['correcting'], ended: string): void {
  for (const [key, corrections] of correcting) {
    const others = corrections.filter((correctionId) => correctionId !== ended);
    if (others.length > 0) correcting.set(key, others);
    else correcting.delete(key);
  }
}

export const correctionEvolution: Evolution<'TradeSidesReported' | 'TradeReversed'> = {
  /** What may be taken back stays until the correction is approved or ends. */
  TradeSidesReported({ correcting }, { payload: { correctionId, tradeId, instrument, sides, refusal } }) {
    if (refusal !== null) return;
    for (const { accountId, side, fill = 1 } of sides) {
      const key = fillKey({ accountId, instrument, tradeId, side, fill });
      correcting.set(key, [...(correcting.get(key) ?? []), correctionId]);
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
