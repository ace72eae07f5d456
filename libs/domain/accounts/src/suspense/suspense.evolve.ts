import type { TradeSide } from '@ballast/facts';
import { dec, invariant, ZERO } from '@ballast/kernel';
import { perAccount, type Evolution } from '../accounts.state.js';
import { contentOf } from '../deposit/movement.js';
import { bookOf, fillContent, rememberFill } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

export const suspenseEvolution: Evolution<'SuspenseBooked'> = {
  /** Takes what suspense keeps, and its id, so that the second delivery is known. */
  SuspenseBooked(state, { payload: { accountId, reference, position, postings } }) {
    post(state.ledger, postings);
    if (reference === null) return;
    const [, id, , part] = reference.split(' ');
    invariant(id, `suspense keeps something without an id: ${reference}`);
    if (position === null) {
      const kept = postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
      invariant(kept, `suspense keeps nothing for ${reference}`);
      state.deposits.set(perAccount(accountId, id), contentOf(kept.asset, dec(kept.amount)));
      return;
    }
    const { quantity, cost } = positionOf(position);
    const side: TradeSide = quantity.isNegative() ? 'sell' : 'buy';
    const { instrument } = position;
    rememberFill(state, {
      ...{ content: fillContent(quantity, cost), accountId, instrument, tradeId: id, side },
      ...{ part: part === undefined ? undefined : Number(part), quantity: quantity.abs(), price: ZERO, fee: ZERO },
      kept: 'suspense',
    });
    const book = bookOf(state, position.instrument);
    book.suspense = { quantity: book.suspense.quantity.plus(quantity), cost: book.suspense.cost.plus(cost) };
    book.houseQuantity = book.houseQuantity.minus(quantity);
    book.tradedValue = book.tradedValue.plus(cost);
  },
};
