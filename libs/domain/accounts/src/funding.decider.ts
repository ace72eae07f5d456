import { LINEAR_VALUE_DIGITS } from '@ballast/instruments';
import type { PricingEvents } from '@ballast/facts';
import { compareText, dec, roundUsd, text, ZERO, type Decimal } from '@ballast/kernel';
import { accountStream, collateralAfter, fact, type AccountsFact, type AccountsState } from './accounts.state.js';
import { clientLedger, postingsOf } from './ledger.js';

/**
 * Exact funding of a position = -quantity * rate * mark, USD; positive = received. With a positive rate longs pay.
 * @param perBase rate * mark, USD per base unit, to 12 digits, so that every product is exact
 */
const fundingOf = (quantity: Decimal, perBase: Decimal): Decimal => quantity.times(perBase).neg();

/**
 * Settles one funding interval of an instrument: every holder of the partition in the order of ids, each rounded down
 * to the cent, then the house leg. The house takes the exact opposite of all others, and what the rounding left over
 * goes to `house/rounding` (at most a cent per holder), so clients + suspense + house + rounding = 0.
 * A rate for a time that was settled already brings nothing.
 */
export function* decideFunding(
  state: AccountsState,
  fixed: PricingEvents['FundingRateFixed'],
): Generator<AccountsFact> {
  const { instrument, dueAt } = fixed;
  const book = state.instruments.get(instrument);
  if (book !== undefined && dueAt <= book.fundedUpTo) return;
  const perBase = dec(fixed.rate).times(fixed.mark).toDecimalPlaces(LINEAR_VALUE_DIGITS);
  let exactTotal = ZERO;
  let paidTotal = ZERO;
  let clients = 0;
  for (const accountId of [...state.accounts.keys()].sort(compareText)) {
    const quantity = state.accounts.get(accountId)?.positions.get(instrument)?.quantity;
    if (quantity === undefined) continue;
    const exact = fundingOf(quantity, perBase);
    const amount = roundUsd(exact, 'credit');
    exactTotal = exactTotal.plus(exact);
    paidTotal = paidTotal.plus(amount);
    clients += 1;
    yield fact('FundingSettled', accountStream(accountId), {
      accountId,
      instrument,
      dueAt,
      quantity: text(quantity),
      amount: text(amount),
      collateral: collateralAfter(state, accountId, { USD: amount }),
      postings: postingsOf([clientLedger(accountId), 'USD', amount], ['house/funding', 'USD', amount.neg()]),
    });
  }
  const suspenseExact = fundingOf(book?.suspense.quantity ?? ZERO, perBase);
  const suspensePaid = roundUsd(suspenseExact, 'credit');
  const houseQuantity = book?.houseQuantity ?? ZERO;
  const houseAmount = fundingOf(houseQuantity, perBase);
  const rounding = exactTotal.plus(suspenseExact).minus(paidTotal).minus(suspensePaid);
  yield fact('FundingClosed', 'house', {
    instrument,
    dueAt,
    houseQuantity: text(houseQuantity),
    houseAmount: text(houseAmount),
    rounding: text(rounding),
    clients,
    // The clients' events posted their rounded amounts against house/funding; this brings it to its exact leg.
    postings: postingsOf(
      ['house/funding', 'USD', houseAmount.plus(paidTotal)],
      ['suspense', 'USD', suspensePaid],
      ['house/rounding', 'USD', rounding],
    ),
  });
}
