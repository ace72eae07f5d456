import { ZERO } from '@ballast/kernel';
import { sideSizes, type Portfolio } from '@ballast/margin-models';
import type { SideSizes } from '@ballast/risk-schedule';
import type { AssessmentMarket } from './assessment-market.js';
import type { AssessedAccount, Holdings } from './assessment.js';
import { valueHoldings, type ValuedHolding } from './valued-holdings.js';

type Sizes = ReadonlyMap<string, SideSizes>;

/** By underlying. */
function sizesOf(open: readonly ValuedHolding[]): Sizes {
  const exposures = open.map(({ figured }) => figured.exposure);
  return new Map(
    [...new Set(exposures.map(({ underlying }) => underlying))].map((underlying) => [
      underlying,
      sideSizes(exposures.filter((exposure) => exposure.underlying === underlying)),
    ]),
  );
}

/** What an account adds to its owner's sizes: the same holdings are valued once on a market, however many accounts ask. */
function sizesOnMarket(holdings: Holdings, market: AssessmentMarket): Sizes {
  const sizes = market.sizes.get(holdings) ?? sizesOf(valueHoldings(holdings, market).open);
  market.sizes.set(holdings, sizes);
  return sizes;
}

/** Delta-equivalent notional by side over all accounts of an owner, USD; nothing when this account is all that the owner has. */
export function ownerSizes(
  { ownerHoldings: otherAccounts, ownerSizes: given }: Pick<AssessedAccount, 'ownerHoldings' | 'ownerSizes'>,
  open: readonly ValuedHolding[],
  market: AssessmentMarket,
): Pick<Portfolio, 'ownerSizes'> {
  if (given !== undefined) return { ownerSizes: given };
  if (otherAccounts.length === 0) return {};
  const sizes = new Map<string, SideSizes>();
  for (const own of [sizesOf(open), ...otherAccounts.map((holdings) => sizesOnMarket(holdings, market))]) {
    for (const [underlying, { long, short }] of own) {
      const before = sizes.get(underlying) ?? { long: ZERO, short: ZERO };
      sizes.set(underlying, { long: before.long.plus(long), short: before.short.plus(short) });
    }
  }
  return { ownerSizes: sizes };
}
