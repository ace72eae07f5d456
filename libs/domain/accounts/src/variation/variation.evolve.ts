import { contractValue } from '@ballast/instruments';
import { dec } from '@ballast/kernel';
import { hold, touch, type Evolution } from '../accounts.state.js';
import { contractOf } from '../ledger/contracts.js';
import { attributePnl, bookOf, closeSettlement } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const variationEvolution: Evolution<'VariationSettled' | 'VariationClosed'> = {
  VariationSettled(state, { version, payload: { accountId, instrument, amount, position, postings } }) {
    post(state.ledger, postings);
    hold(touch(state, accountId, version, true), instrument, positionOf(position));
    const book = bookOf(state, instrument);
    attributePnl(book, postings);
    book.settlementOpen = book.settlementOpen.plus(dec(amount));
  },
  VariationClosed(state, { payload }) {
    const { instrument, dueAt, price, postings } = payload;
    post(state.ledger, postings);
    const book = bookOf(state, instrument);
    const { quantity } = book.suspense;
    const unit = contractValue(contractOf(state, instrument).instrument, dec(price));
    book.suspense = { quantity, cost: unit.times(quantity) };
    book.settledUpTo = dueAt;
    closeSettlement(book, payload);
  },
};
