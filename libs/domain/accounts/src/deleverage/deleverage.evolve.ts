import type { AccountsEvents } from '@ballast/facts';
import { dec } from '@ballast/kernel';
import { touch, type AccountsState, type Evolution } from '../accounts.state.js';
import { bookTrade } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

/** A trade between two accounts of the house, of one of them. */
function bookHouseTrade(
  state: AccountsState,
  version: number,
  trade: AccountsEvents['AdlBooked' | 'ProviderTradeBooked'],
): void {
  const { accountId, instrument, side, quantity, price, position, postings } = trade;
  post(state.ledger, postings);
  bookTrade(state, touch(state, accountId, version, true), {
    instrument,
    side,
    quantity: dec(quantity),
    tradePrice: dec(price),
    after: positionOf(position),
    postings,
  });
}

export const deleveragingEvolution: Evolution<'AdlBooked' | 'ProviderTradeBooked'> = {
  AdlBooked: (state, { version, payload }) => bookHouseTrade(state, version, payload),
  ProviderTradeBooked: (state, { version, payload }) => bookHouseTrade(state, version, payload),
};
