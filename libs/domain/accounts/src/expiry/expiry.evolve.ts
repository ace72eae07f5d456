import { deliveredValue } from '@ballast/instruments';
import type { InstrumentId } from '@ballast/facts';
import { dec, type Decimal } from '@ballast/kernel';
import { hold, touch, type AccountsState, type Evolution, type InstrumentBook } from '../accounts.state.js';
import { contractOf } from '../ledger/contracts.js';
import { attributePnl, bookOf, closeSettlement } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { FLAT, positionOf } from '../ledger/position.js';

/** A delivery is a trade with the house at the delivered value: the house position goes with the last holder. */
function closeAtDelivery(
  state: AccountsState,
  book: InstrumentBook,
  instrument: InstrumentId,
  delivered: Decimal,
  deliveryPrice: Decimal,
): void {
  const value = deliveredValue(contractOf(state, instrument).instrument, deliveryPrice).times(delivered);
  book.houseQuantity = book.houseQuantity.plus(delivered);
  book.tradedValue = book.tradedValue.minus(value);
}

export const expiryEvolution: Evolution<'ContractDelivered' | 'ExpiryClosed'> = {
  ContractDelivered(state, { version, payload }) {
    const { accountId, instrument, quantity, deliveryPrice, amount, position, postings } = payload;
    post(state.ledger, postings);
    hold(touch(state, accountId, version, true), instrument, positionOf(position));
    const book = bookOf(state, instrument);
    attributePnl(book, postings);
    closeAtDelivery(state, book, instrument, dec(quantity), dec(deliveryPrice));
    // A late delivery is no part of the settlement that is closed.
    if (book.deliveryPrice === null) book.settlementOpen = book.settlementOpen.plus(dec(amount));
  },
  ExpiryClosed(state, { payload }) {
    const { instrument, deliveryPrice, postings } = payload;
    post(state.ledger, postings);
    const book = bookOf(state, instrument);
    closeAtDelivery(state, book, instrument, book.suspense.quantity, dec(deliveryPrice));
    book.suspense = FLAT;
    book.deliveryPrice = dec(deliveryPrice);
    closeSettlement(book, payload);
  },
};
