import { ZERO, clamp, compareText, invariant, minOf, sum, type Decimal } from '@ballast/kernel';

/** An account that can be deleveraged. */
export interface FillCandidate {
  readonly accountId: string;
  /** What it holds on the side to be reduced, > 0; base units, or USD, the same for all candidates. */
  readonly size: Decimal;
  /** USD. At or below zero its leverage counts as endless, so it is reduced first. */
  readonly equity: Decimal;
}

export interface WaterFill {
  /** Leverage (size per equity) that no solvent account exceeds afterwards; zero when the insolvent ones take all of it. */
  readonly cap: Decimal;
  /** Reduction per account that has one, in account order; unrounded. */
  readonly reductions: readonly { readonly accountId: string; readonly reduction: Decimal }[];
}

const byAccount = (a: { readonly accountId: string }, b: { readonly accountId: string }): number =>
  compareText(a.accountId, b.accountId);

/**
 * Reduces by `total` so that the highest leverage (size / equity) becomes as low as possible:
 *   reduction = max(0, size - cap * max(equity, 0)),  cap such that the reductions sum to `total`
 * The unique rule with that property: no account gains by splitting or by wash trades, and the path does not matter.
 * If the accounts without equity hold more than the total, they share it pro rata to their size.
 * @param total to be reduced, >= 0; if there is less, everything is reduced
 * @see docs/spec/liquidation.md (W84)
 */
export function waterFill(candidates: readonly FillCandidate[], total: Decimal): WaterFill {
  const wanted = minOf(total, sum(candidates.map(({ size }) => size)));
  const insolvent = sum(candidates.filter(({ equity }) => equity.lte(0)).map(({ size }) => size));
  const solventTotal = wanted.minus(insolvent);
  const cap = solventTotal.gt(0) ? leverageCap(candidates, solventTotal) : ZERO;
  const reductionOf = ({ size, equity }: FillCandidate): Decimal => {
    if (equity.lte(0)) return solventTotal.gte(0) ? size : size.times(wanted).div(insolvent);
    return solventTotal.gt(0) ? clamp(size.minus(cap.times(equity)), ZERO, size) : ZERO;
  };
  const reductions = [...candidates]
    .sort(byAccount)
    .map((candidate) => ({ accountId: candidate.accountId, reduction: reductionOf(candidate) }))
    .filter(({ reduction }) => reduction.gt(0));
  return { cap, reductions };
}

/**
 * Lowers the cap over the solvent accounts in order of leverage, highest first, until the next one lies below it:
 *   cap = (sum of their sizes - total) / sum of their equities
 */
function leverageCap(candidates: readonly FillCandidate[], total: Decimal): Decimal {
  // Compared crosswise, so that equal leverages are exactly equal.
  const byLeverage = candidates
    .filter(({ equity }) => equity.gt(0))
    .sort((a, b) => b.size.times(a.equity).cmp(a.size.times(b.equity)) || byAccount(a, b));
  let sizes = ZERO;
  let equities = ZERO;
  for (const [index, { size, equity }] of byLeverage.entries()) {
    sizes = sizes.plus(size);
    equities = equities.plus(equity);
    const next = byLeverage[index + 1];
    if (sizes.lt(total)) continue;
    const cap = sizes.minus(total).div(equities);
    if (next === undefined || next.size.lte(cap.times(next.equity))) return cap;
  }
  return ZERO;
}

/** Digits a number of lots is read with: one that lost its last of 40 digits in a division is still that number. */
const LOT_DIGITS = 24;

/**
 * Brings a water-filling to whole lots: each reduction is rounded down, and what is then missing of the total goes lot by
 * lot to the reduced accounts in account order, never beyond what one holds. Below a lot goes only the odd remainder of the total,
 * and the odd remainder of an account that is closed whole.
 * @param held what each candidate holds
 * @param lot contracts, > 0
 * @see docs/spec/liquidation.md CLR-LIQ-031
 */
export function inLots(
  { reductions }: WaterFill,
  held: ReadonlyMap<string, Decimal>,
  total: Decimal,
  lot: Decimal,
): readonly { readonly accountId: string; readonly quantity: Decimal }[] {
  invariant(lot.gt(0), 'a lot is more than nothing');
  const given = reductions.map(({ accountId, reduction }) => ({
    accountId,
    quantity: reduction.div(lot).toDecimalPlaces(LOT_DIGITS).floor().times(lot),
    most: held.get(accountId) ?? ZERO,
  }));
  let missing = minOf(total, sum(given.map(({ most }) => most))).minus(sum(given.map(({ quantity }) => quantity)));
  while (missing.gt(0)) {
    const before = missing;
    for (const account of given) {
      const more = minOf(lot, missing, account.most.minus(account.quantity));
      account.quantity = account.quantity.plus(more);
      missing = missing.minus(more);
    }
    invariant(missing.lt(before), 'the reduced accounts hold what is to be reduced');
  }
  return given.filter(({ quantity }) => quantity.gt(0)).map(({ accountId, quantity }) => ({ accountId, quantity }));
}
