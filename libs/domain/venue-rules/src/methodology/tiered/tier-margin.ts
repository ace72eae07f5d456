import { type Decimal, invariant, ZERO } from '@ballast/kernel';
import type { MarginTier, TierSchedule } from './tier-schedule.js';

/** The tier that a notional lies in; a border belongs to the tier below it, where both agree on the margin. */
export function tierOf(notional: Decimal, schedule: TierSchedule): MarginTier {
  const [first] = schedule;
  invariant(first !== undefined, 'a schedule has at least one tier');
  return schedule.reduce((found, tier) => (notional.abs().gt(tier.from) ? tier : found), first);
}

/**
 * Maintenance margin of a notional: `MM = N x r_k - A_k`, the same as each tier's rate on the part that lies in it.
 * @param notional signed; a short is margined like a long
 */
export function tieredMaintenance(notional: Decimal, schedule: TierSchedule): Decimal {
  const { rate, deduction } = tierOf(notional, schedule);
  return notional.abs().times(rate).minus(deduction);
}

/** Initial margin at the highest leverage that the tier allows: `N / maxLeverage_k`. It steps up at the borders, as venues publish it. */
export function tieredInitial(notional: Decimal, schedule: TierSchedule): Decimal {
  return notional.abs().div(tierOf(notional, schedule).maxLeverage);
}

/** A linear position and what backs it. */
export interface BackedPosition {
  /** Base units, negative = short, not zero. */
  readonly size: Decimal;
  /** Price from which profit counts: the entry, or the mark when profit so far is in `collateral`. */
  readonly from: Decimal;
  /** Quote units that back this position alone: isolated margin, or equity less the maintenance of all other positions. */
  readonly collateral: Decimal;
}

export interface LiquidationPrice {
  readonly price: Decimal;
  readonly tier: MarginTier;
  /** Equity there, which is the maintenance margin there. */
  readonly maintenance: Decimal;
}

/** Price where equity meets `N x r_k - A_k` of one tier: `(C + A_k - s q P0) / (q (r_k - s))`, s = +1 long, -1 short. */
function priceInTier({ size, from, collateral }: BackedPosition, { rate, deduction }: MarginTier): Decimal | null {
  const quantity = size.abs();
  const side = size.isNegative() ? -1 : 1;
  const slope = quantity.times(rate.minus(side));
  if (slope.isZero()) return null;
  const price = collateral.plus(deduction).minus(size.times(from)).div(slope);
  return price.gt(ZERO) ? price : null;
}

/**
 * Price at which a linear position is liquidated: solved in one tier after the other until the notional at the price found lies in
 * that tier. Equity less maintenance is monotone in the price, so there is one such tier at most.
 * @returns null when no price above zero liquidates it: a long that is paid in full
 * @see docs/spec/margin-models.md, tiered schedules (W17, W20)
 */
export function linearLiquidationPrice(position: BackedPosition, schedule: TierSchedule): LiquidationPrice | null {
  for (const [k, tier] of schedule.entries()) {
    const price = priceInTier(position, tier);
    if (price === null) continue;
    const notional = price.times(position.size.abs());
    const end = schedule[k + 1]?.from;
    if (notional.lt(tier.from) || (end !== undefined && notional.gt(end))) continue;
    return { price, tier, maintenance: notional.times(tier.rate).minus(tier.deduction) };
  }
  return null;
}
