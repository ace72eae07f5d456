import { dec, sum, ZERO } from '@ballast/kernel';
import { touch, type Evolution } from '../accounts.state.js';
import { bookOf } from '../ledger/instrument-book.js';
import { post, postedTo } from '../ledger/ledger.js';

export const fundingEvolution: Evolution<'FundingSettled' | 'FundingClosed'> = {
  FundingSettled(state, { version, payload: { accountId, instrument, amount, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
    const book = bookOf(state, instrument);
    book.fundingOpen = book.fundingOpen.plus(dec(amount));
  },
  FundingClosed(state, { payload: { instrument, dueAt, houseAmount, rounding, postings } }) {
    post(state.ledger, postings);
    const book = bookOf(state, instrument);
    book.fundingClosed = sum([
      book.fundingOpen,
      dec(houseAmount),
      dec(rounding),
      postedTo(postings, 'suspense', book.asset),
    ]);
    book.fundingOpen = ZERO;
    book.fundedUpTo = dueAt;
  },
};
