import { figure, list, optional, record, type Refuse } from '@ballast/documents';
import { type Decimal, ONE, ZERO } from '@ballast/kernel';

/** One tier of a continuous schedule. Amounts are in the unit that the schedule measures notional by. */
export interface MarginTier {
  /** Lowest notional of the tier; the first is 0, the last tier is open. */
  readonly from: Decimal;
  /** Maintenance rate, in (0, 1]. */
  readonly rate: Decimal;
  /** `A_k`: what `notional x rate` is too much by, so that margin is continuous. */
  readonly deduction: Decimal;
  readonly maxLeverage: Decimal;
}

export type TierSchedule = readonly MarginTier[];

const MOST_TIERS = 1_000;

const OWN = { from: figure({ min: '0' }), maxLeverage: figure({ above: '0' }) };
const FOLLOWING = { upTo: optional(figure({ above: '0' }), null), deduction: optional(figure({ min: '0' }), null) };
const RATE = figure({ above: '0', max: '1' });

/** The list `tiers` of a market whose venue states a rate for each. */
export const RATED_TIERS_FORM = list(record({ ...OWN, rate: RATE, ...FOLLOWING }), 1, MOST_TIERS);
/** The same of a venue whose rates are a share of the initial rate. */
export const UNRATED_TIERS_FORM = list(record({ ...OWN, ...FOLLOWING }), 1, MOST_TIERS);

/** A tier as a document states it; what follows from the others is optional and held against them. */
interface StatedTier {
  readonly from: Decimal;
  readonly upTo: Decimal | null;
  readonly rate: Decimal;
  readonly deduction: Decimal | null;
  readonly maxLeverage: Decimal;
}

/** Start of the schedule, order of the borders, no gap between tiers. */
function requireBorders(tiers: readonly StatedTier[], refuse: Refuse): void {
  tiers.forEach(({ from, upTo }, k) => {
    const previous = tiers[k - 1];
    if (previous === undefined) {
      if (!from.isZero()) refuse('[0].from', `nothing covers 0 to ${from.toFixed()}; start the first tier at 0`);
    } else if (from.lte(previous.from)) {
      refuse(`[${k}].from`, `${from.toFixed()} does not rise above ${previous.from.toFixed()}; sort the tiers`);
    } else if (previous.upTo !== null && !previous.upTo.eq(from)) {
      const ends = previous.upTo.toFixed();
      refuse(`[${k}].from`, `the tier before ends at ${ends}, this starts at ${from.toFixed()}; let them meet`);
    }
    if (upTo !== null && k === tiers.length - 1) refuse(`[${k}].upTo`, 'the last tier is open; leave its end out');
  });
}

/** Rates rise, leverage falls, and the initial rate of a tier is not below its maintenance rate. */
function requireRates(tiers: readonly StatedTier[], refuse: Refuse): void {
  tiers.forEach(({ rate, maxLeverage }, k) => {
    const previous = tiers[k - 1];
    if (previous !== undefined && rate.lt(previous.rate)) {
      const below = `${rate.toFixed()} is below the rate of the tier before`;
      refuse(`[${k}].rate`, `${below}; larger positions never pay less`);
    }
    if (previous !== undefined && maxLeverage.gt(previous.maxLeverage)) {
      refuse(`[${k}].maxLeverage`, `${maxLeverage.toFixed()} is above that of the tier before; correct it`);
    }
    if (rate.times(maxLeverage).gt(ONE)) {
      const asks = `a leverage of ${maxLeverage.toFixed()} asks for less than the maintenance rate`;
      refuse(`[${k}].maxLeverage`, `${asks}; lower it`);
    }
  });
}

/** `A_k = A_(k-1) + from_k x (rate_k - rate_(k-1))` */
function withDeductions(stated: readonly StatedTier[], refuse: Refuse): TierSchedule {
  const tiers: MarginTier[] = [];
  for (const [k, { from, rate, deduction: claimed, maxLeverage }] of stated.entries()) {
    const previous = tiers.at(-1);
    const deduction = previous === undefined ? ZERO : previous.deduction.plus(from.times(rate.minus(previous.rate)));
    if (claimed !== null && !claimed.eq(deduction)) {
      const both = `${claimed.toFixed()} is stated, ${deduction.toFixed()} follows from borders and rates`;
      refuse(`[${k}].deduction`, `${both}; correct one`);
    }
    tiers.push({ from, rate, deduction, maxLeverage });
  }
  return tiers;
}

/**
 * Schedule of tiers. Of each tier `from`, `rate` and `maxLeverage` are its own; `upTo` and `deduction` follow from the others and
 * are refused when they disagree.
 * @param maintenanceShare of the initial rate `1 / maxLeverage`: the rate of tiers that state none
 */
export function tierSchedule(
  tiers: readonly (Omit<StatedTier, 'rate'> & { readonly rate?: Decimal })[],
  maintenanceShare: Decimal,
  refuse: Refuse,
): TierSchedule {
  const stated = tiers.map((tier) => ({ ...tier, rate: tier.rate ?? maintenanceShare.div(tier.maxLeverage) }));
  requireBorders(stated, refuse);
  requireRates(stated, refuse);
  return withDeductions(stated, refuse);
}
