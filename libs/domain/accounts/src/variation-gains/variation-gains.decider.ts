import type { FundEvents, MarginEvents } from '@ballast/facts';
import { dec, minOf, SETTLEMENT_ASSET, text, ZERO } from '@ballast/kernel';
import { collateralAfter, fact, freeDollars, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';

/** Passes on what margin says that gains can bear, at most what of it is free money. */
export const offerGains = (
  state: AccountsState,
  { instrument, dueAt, gains }: MarginEvents['VariationGainsJudged'],
): AccountsFact =>
  fact('VariationGainsOffered', {
    instrument,
    dueAt,
    gains: gains.map((each) => ({
      ...each,
      available: text(minOf(dec(each.available), freeDollars(state, each.accountId))),
    })),
  });

/**
 * Books the cuts that fall on this partition: whole, or nothing of an account that has changed since margin judged it (money that has left it
 * counts), so that nobody solvent is left with less than nothing. Each is answered.
 * @see docs/spec/accounts.md CLR-ACC-072
 */
export function* reduceGains(
  state: AccountsState,
  { instrument, dueAt, cuts }: FundEvents['VariationHaircutFixed'],
): Generator<AccountsFact> {
  for (const { partition, accountId, accountVersion, gain, amount: cut } of cuts) {
    if (partition !== state.partition) continue;
    const version = state.accounts.get(accountId)?.version ?? accountVersion + 1;
    const isAsJudged = version <= accountVersion && freeDollars(state, accountId).gte(cut);
    const amount = isAsJudged ? dec(cut) : ZERO;
    yield fact('VariationGainReduced', {
      accountId,
      instrument,
      dueAt,
      gain,
      cut,
      amount: text(amount),
      collateral: collateralAfter(state, accountId, { [SETTLEMENT_ASSET]: amount.neg() }),
      postings: postingsOf(
        [clientLedger(accountId), SETTLEMENT_ASSET, amount.neg()],
        ['in-transit', SETTLEMENT_ASSET, amount],
      ),
    });
  }
}
