import type { Underlying } from '@ballast/facts';
import { ZERO } from '@ballast/kernel';
import { sideSizes, type Portfolio } from '@ballast/margin-models';
import type { SideSizes } from '@ballast/risk-schedule';
import type { AssessmentMarket } from './assessment-market.js';
import type { AssessedAccount, Holdings } from './assessment.js';
import { valueHoldings, type ValuedHolding } from './valued-holdings.js';

export type Sizes = ReadonlyMap<Underlying, SideSizes>;
type OwnedAccount = Pick<AssessedAccount, 'ownerHoldings' | 'ownerSizes'>;

export const NO_SIZES: SideSizes = { long: ZERO, short: ZERO };

/** Delta-equivalent notional by side of some positions, USD, by underlying. */
export function sizesOf(open: readonly ValuedHolding[]): Sizes {
  const exposures = open.map(({ figured }) => figured.exposure);
  return new Map(
    [...new Set(exposures.map(({ underlying }) => underlying))].map((underlying) => [
      underlying,
      sideSizes(exposures.filter((exposure) => exposure.underlying === underlying)),
    ]),
  );
}

/** What an account adds to its owner's sizes: the same holdings are valued once on a market, however many accounts ask. */
export function sizesOnMarket(holdings: Holdings, market: AssessmentMarket): Sizes {
  const sizes = market.sizes.get(holdings) ?? sizesOf(valueHoldings(holdings, market).open);
  market.sizes.set(holdings, sizes);
  return sizes;
}

/**
 * The same over all accounts of an owner, or what somebody counts instead.
 * @param own of the account itself
 */
export function sizesOfOwner(
  { ownerHoldings: otherAccounts, ownerSizes: given }: OwnedAccount,
  own: Sizes,
  market: AssessmentMarket,
): Sizes {
  if (given !== undefined) return given;
  if (otherAccounts.length === 0) return own;
  const sizes = new Map(own);
  for (const holdings of otherAccounts) {
    for (const [underlying, { long, short }] of sizesOnMarket(holdings, market)) {
      const before = sizes.get(underlying) ?? NO_SIZES;
      sizes.set(underlying, { long: before.long.plus(long), short: before.short.plus(short) });
    }
  }
  return sizes;
}

/** Sizes of the owner for a model; nothing when this account is all that the owner has: a model begins with its sizes. */
export function ownerSizes(
  account: OwnedAccount,
  open: readonly ValuedHolding[],
  market: AssessmentMarket,
): Pick<Portfolio, 'ownerSizes'> {
  if (account.ownerSizes !== undefined) return { ownerSizes: account.ownerSizes };
  if (account.ownerHoldings.length === 0) return {};
  return { ownerSizes: sizesOfOwner(account, sizesOf(open), market) };
}
