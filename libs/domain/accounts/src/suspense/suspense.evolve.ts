import type { TradeSide } from '@ballast/facts';
import { deliveredValue } from '@ballast/instruments';
import { invariant, text } from '@ballast/kernel';
import type { Evolution } from '../accounts.state.js';
import { contractOf } from '../ledger/contracts.js';
import { attributePnl, bookOf, fillKey, rememberFill } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';
import { fillOf, keepInSuspense, leaveSuspense } from './suspended-items.js';
import { readReference } from './suspense-reference.js';

export const suspenseEvolution: Evolution<'SuspenseBooked' | 'SuspenseReleaseProposed' | 'SuspenseReleased'> = {
  /** Takes what suspense keeps, and its id, so that the second delivery is known. */
  SuspenseBooked(state, { position: place, payload }) {
    const { accountId, reference, position, postings } = payload;
    post(state.ledger, postings);
    if (reference === null) return;
    const { id, part } = readReference(reference);
    keepInSuspense(state, { position: place, kept: payload });
    if (position === null) {
      invariant(
        postings.some(({ ledgerAccount }) => ledgerAccount === 'suspense'),
        `suspense keeps nothing for ${reference}`,
      );
      return;
    }
    const { quantity, cost } = positionOf(position);
    const side: TradeSide = quantity.isNegative() ? 'sell' : 'buy';
    const { instrument } = position;
    rememberFill(state, {
      ...{ accountId, instrument, tradeId: id, side },
      ...{ part, quantity: text(quantity.abs()), price: '0', fee: '0' },
      kept: 'suspense',
    });
    const book = bookOf(state, position.instrument);
    book.suspense = { quantity: book.suspense.quantity.plus(quantity), cost: book.suspense.cost.plus(cost) };
    book.houseQuantity = book.houseQuantity.minus(quantity);
    book.tradedValue = book.tradedValue.plus(cost);
  },
  SuspenseReleaseProposed({ releases }, { actor, payload }) {
    releases.set(payload.releaseId, { proposed: payload, proposer: actor ?? '', approved: false });
  },
  /** What is booked is no longer known: the event that books it says its id again. */
  SuspenseReleased(state, { payload: { accountId, suspense, reference, position, decision, postings } }) {
    post(state.ledger, postings);
    const release = decision && state.releases.get(decision.id);
    if (release !== undefined && decision?.outcome !== 'cancelled') {
      state.releases.set(release.proposed.releaseId, { ...release, approved: true });
    }
    leaveSuspense(state, suspense);
    if (position === null) return;
    const { quantity, cost } = positionOf(position);
    const key = fillKey(fillOf(accountId, reference, position));
    const remembered = state.trades.get(key);
    if (decision?.outcome === 'cancelled') {
      state.correcting.delete(key);
      if (remembered !== undefined) rememberFill(state, { ...remembered, kept: 'reversed' });
    } else state.trades.delete(key);
    // What the delivery paid for it goes out of custody, and the delivery stands.
    if (decision?.outcome === 'sent-back') return;
    const book = bookOf(state, position.instrument);
    attributePnl(book, postings);
    if (book.deliveryPrice !== null) {
      // The delivery was a trade of it with the house, which is taken back with it.
      const { instrument } = contractOf(state, position.instrument);
      const value = deliveredValue(instrument, book.deliveryPrice).times(quantity);
      book.tradedValue = book.tradedValue.plus(value).minus(cost);
      return;
    }
    book.suspense = { quantity: book.suspense.quantity.minus(quantity), cost: book.suspense.cost.minus(cost) };
    book.houseQuantity = book.houseQuantity.plus(quantity);
    book.tradedValue = book.tradedValue.minus(cost);
  },
};
