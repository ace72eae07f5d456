import { dayOf } from '@ballast/instruments';
import { compareText, text, ZERO, type AccountId, type Asset, type Decimal, type Instant } from '@ballast/kernel';
import { collateralAfter, collateralOf, fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { roundMoney } from '../ledger/assets.js';
import { balancesOf, clientLedger, postingsOf, type JournalLine } from '../ledger/ledger.js';
import { interestInForce, type InterestTerms } from './interest-terms.js';

/** Times of the last two price sets; null before the first and the second. */
export interface PriceTimes {
  readonly before: Instant | null;
  readonly last: Instant | null;
}

/** Clearing days (UTC) that ended between two times. */
const daysEnded = (from: Instant, until: Instant): number => dayOf(until) - dayOf(from);

/** Simple interest of a debt over whole days, exact; debt, rate and result in the same asset. */
const interestOf = (debt: Decimal, { yearlyRate, daysInYear }: InterestTerms, days: number): Decimal =>
  debt.times(yearlyRate).times(days).div(daysInYear);

/**
 * Charges every debt of the partition for the clearing days that ended since the price set before, in the order of accounts and assets, as
 * it is now. Rounded down to the minor unit, so that dust costs nothing; who is in liquidation is charged nothing, since nobody but the
 * waterfall would pay it.
 * @see docs/spec/accounts.md CLR-ACC-045 (W103)
 */
export function* decideInterest(state: AccountsState): Generator<AccountsFact> {
  const { before, last } = state.priceTimes;
  const terms = interestInForce(state.rules);
  if (before === null || last === null || terms === undefined) return;
  const days = daysEnded(before, last);
  if (days <= 0) return;
  for (const accountId of [...state.accounts.keys()].sort(compareText)) {
    if (!state.liquidating.has(accountId)) yield* charged(state, accountId, terms, days);
  }
}

function* charged(
  state: AccountsState,
  accountId: AccountId,
  terms: InterestTerms,
  days: number,
): Generator<AccountsFact> {
  const client = clientLedger(accountId);
  const lines = Object.keys(balancesOf(state.ledger, client))
    .sort(compareText)
    .map((asset): { asset: Asset; debt: Decimal; amount: Decimal } => {
      const debt = collateralOf(state, accountId, asset).neg();
      const amount = debt.gt(0) ? roundMoney(state, interestOf(debt, terms, days), asset, 'credit') : ZERO;
      return { asset, debt, amount };
    })
    .filter(({ amount }) => amount.gt(0));
  if (lines.length === 0) return;
  yield fact('InterestCharged', {
    accountId,
    terms: terms.id,
    days,
    charged: lines.map(({ asset, debt, amount }) => ({ asset, debt: text(debt), amount: text(amount) })),
    collateral: collateralAfter(
      state,
      accountId,
      Object.fromEntries(lines.map(({ asset, amount }) => [asset, amount.neg()])),
    ),
    postings: postingsOf(
      ...lines.flatMap(({ asset, amount }): JournalLine[] => [
        [client, asset, amount.neg()],
        ['house/interest', asset, amount],
      ]),
    ),
  });
}
