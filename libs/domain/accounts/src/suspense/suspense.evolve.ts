import type { TradeSide } from '@ballast/facts';
import { invariant, ZERO } from '@ballast/kernel';
import type { Evolution } from '../accounts.state.js';
import { bookOf, fillContent, fillKey, rememberFill } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const suspenseEvolution: Evolution<'SuspenseBooked' | 'SuspenseReleased'> = {
  /** Takes what suspense keeps, and its id, so that the second delivery is known. */
  SuspenseBooked(state, { position: place, payload }) {
    const { accountId, reference, position, postings } = payload;
    post(state.ledger, postings);
    if (reference === null) return;
    const { id, part } = readReference(reference);
    if (payload.reason === 'unknown-account') {
      const waiting = state.suspended.get(accountId) ?? [];
      state.suspended.set(accountId, [...waiting, { position: place, kept: payload }]);
    }
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
      ...{ content: fillContent(quantity, cost), accountId, instrument, tradeId: id, side },
      ...{ part, quantity: quantity.abs(), price: ZERO, fee: ZERO },
      kept: 'suspense',
    });
    const book = bookOf(state, position.instrument);
    book.suspense = { quantity: book.suspense.quantity.plus(quantity), cost: book.suspense.cost.plus(cost) };
    book.houseQuantity = book.houseQuantity.minus(quantity);
    book.tradedValue = book.tradedValue.plus(cost);
  },
  /** It is no longer known: the event that books it says its id again. */
  SuspenseReleased(state, { payload: { accountId, suspense, reference, position, postings } }) {
    post(state.ledger, postings);
    const left = (state.suspended.get(accountId) ?? []).filter((item) => item.position !== suspense);
    if (left.length > 0) state.suspended.set(accountId, left);
    else state.suspended.delete(accountId);
    if (position === null) return;
    const { id, part = 1 } = readReference(reference);
    const { quantity, cost } = positionOf(position);
    const side: TradeSide = quantity.isNegative() ? 'sell' : 'buy';
    state.trades.delete(fillKey({ accountId, instrument: position.instrument, tradeId: id, side, fill: part }));
    const book = bookOf(state, position.instrument);
    book.suspense = { quantity: book.suspense.quantity.minus(quantity), cost: book.suspense.cost.minus(cost) };
    book.houseQuantity = book.houseQuantity.plus(quantity);
    book.tradedValue = book.tradedValue.minus(cost);
  },
};

/** What a reference says: `deposit <id>`, `trade <id> <side>`, `trade <id> <side> <part>`. */
export function readReference(reference: string): { readonly id: string; readonly part: number | undefined } {
  const [, id, , part] = reference.split(' ');
  invariant(id, `suspense keeps something without an id: ${reference}`);
  return { id, part: part === undefined ? undefined : Number(part) };
}
