import type { PricingEvents } from '@ballast/facts';
import { compareText, invariant, text, ZERO, type Decimal } from '@ballast/kernel';
import { collateralAfter, fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { keptAsset, roundMoney } from '../ledger/assets.js';
import { contractOf } from '../ledger/contracts.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';

/**
 * Significant digits of what one contract pays. Places would not do: of a token at 0.0000073 twelve of them leave three digits, which on
 * a position of a trillion are half a dollar. With a quantity of as many digits the product is exact.
 */
const FUNDING_DIGITS = 20;

/**
 * Exact funding of a position = -quantity * size * rate * mark, settlement asset; positive = received. With a positive rate
 * longs pay.
 * @param perContract size * rate * mark, @see FUNDING_DIGITS
 */
const fundingOf = (quantity: Decimal, perContract: Decimal): Decimal => quantity.times(perContract).neg();

/**
 * Settles one funding interval of an instrument: every holder of the partition in the order of ids, each rounded down
 * to the minor unit, then the house leg. The house takes the exact opposite of all others, and what the rounding left over
 * goes to `house/rounding` (at most a minor unit per holder), so clients + suspense + house + rounding = 0.
 * A rate for a time that was settled already brings nothing.
 * @see docs/spec/accounts.md CLR-ACC-020 (W92)
 */
export function* decideFunding(
  state: AccountsState,
  fixed: PricingEvents['FundingRateFixed'],
): Generator<AccountsFact> {
  const { instrument, dueAt } = fixed;
  const book = state.instruments.get(instrument);
  if (book !== undefined && dueAt <= book.fundedUpTo) return;
  const { instrument: terms, settlementAsset: asset } = contractOf(state, instrument);
  invariant(terms.kind === 'perpetual' && terms.settlement === 'linear', `${instrument} is no linear perpetual`);
  // Nobody holds what pays in an asset that is not kept.
  if (keptAsset(state, asset) === undefined) return;
  const perContract = terms.contractSize.times(fixed.rate).times(fixed.mark).toSignificantDigits(FUNDING_DIGITS);
  let exactTotal = ZERO;
  let paidTotal = ZERO;
  let clients = 0;
  for (const accountId of [...state.accounts.keys()].sort(compareText)) {
    const quantity = state.accounts.get(accountId)?.positions.get(instrument)?.quantity;
    if (quantity === undefined) continue;
    const exact = fundingOf(quantity, perContract);
    const amount = roundMoney(state, exact, asset, 'credit');
    exactTotal = exactTotal.plus(exact);
    paidTotal = paidTotal.plus(amount);
    clients += 1;
    yield fact('FundingSettled', {
      accountId,
      instrument,
      dueAt,
      quantity: text(quantity),
      asset,
      amount: text(amount),
      collateral: collateralAfter(state, accountId, { [asset]: amount }),
      postings: postingsOf([clientLedger(accountId), asset, amount], ['house/funding', asset, amount.neg()]),
    });
  }
  const suspenseExact = fundingOf(book?.suspense.quantity ?? ZERO, perContract);
  const suspensePaid = roundMoney(state, suspenseExact, asset, 'credit');
  const houseQuantity = book?.houseQuantity ?? ZERO;
  const houseAmount = fundingOf(houseQuantity, perContract);
  const rounding = exactTotal.plus(suspenseExact).minus(paidTotal).minus(suspensePaid);
  yield fact('FundingClosed', {
    instrument,
    dueAt,
    houseQuantity: text(houseQuantity),
    asset,
    houseAmount: text(houseAmount),
    rounding: text(rounding),
    clients,
    // The clients' events posted their rounded amounts against house/funding; this brings it to its exact leg.
    postings: postingsOf(
      ['house/funding', asset, houseAmount.plus(paidTotal)],
      ['suspense', asset, suspensePaid],
      ['house/rounding', asset, rounding],
    ),
  });
}
