import type { Refuse } from '@ballast/documents';
import { minOf, ONE, ZERO, type Decimal } from '@ballast/kernel';

/** Of the part of a market value below `upTo` and above the tier before, `share` counts. */
export interface CollateralTier {
  /** USD; what lies above the last tier counts nothing. */
  readonly upTo: Decimal;
  /** In [0, 1], never rising from tier to tier. */
  readonly share: Decimal;
}

/**
 * Value under progressive tiers: sum over tiers of share * (part of the market value in the tier). Continuous and concave.
 * @param marketValue USD, >= 0
 * @see docs/spec/collateral.md CLR-COL-003 (W33)
 */
export function tieredValue(marketValue: Decimal, tiers: readonly CollateralTier[]): Decimal {
  let value = ZERO;
  let lower = ZERO;
  for (const { upTo, share } of tiers) {
    if (marketValue.lte(lower)) break;
    value = value.plus(minOf(marketValue, upTo).minus(lower).times(share));
    lower = upTo;
  }
  return value;
}

/** Refuses tiers unless limits rise from 0 and shares never do. */
export function requireTiers(tiers: readonly CollateralTier[], refuse: Refuse): void {
  let previous: CollateralTier = { upTo: ZERO, share: ONE };
  tiers.forEach((tier, i) => {
    if (tier.upTo.lte(previous.upTo) || tier.share.gt(previous.share)) {
      refuse(`[${i}]`, 'tiers are not in order; write rising limits above 0 with shares that never rise');
    }
    previous = tier;
  });
}

/** Haircut of a stablecoin at a price below its peg. */
export interface DepegKnot {
  readonly price: Decimal;
  readonly haircut: Decimal;
}

/**
 * Haircut at a price by a table, straight between its knots, flat beyond the first and the last.
 * @param knots by rising price, haircuts never rising
 * @see docs/spec/collateral.md CLR-COL-004
 */
export function depegHaircut(price: Decimal, knots: readonly DepegKnot[]): Decimal {
  let below: DepegKnot | undefined;
  for (const knot of knots) {
    if (price.lte(knot.price)) {
      if (below === undefined) return knot.haircut;
      const width = knot.price.minus(below.price);
      return below.haircut
        .times(knot.price.minus(price))
        .plus(knot.haircut.times(price.minus(below.price)))
        .div(width);
    }
    below = knot;
  }
  return below?.haircut ?? ZERO;
}

/** Refuses a table unless prices rise and haircuts never do. */
export function requireDepegTable(knots: readonly DepegKnot[], refuse: Refuse): void {
  knots.forEach((knot, i) => {
    const previous = knots[i - 1];
    if (previous === undefined || (knot.price.gt(previous.price) && knot.haircut.lte(previous.haircut))) return;
    refuse(`[${i}]`, 'the table is not in order; write rising prices with haircuts that never rise');
  });
}
