import { type Decimal, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import type { DocumentFields } from '@ballast/margin-models';

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

/** A tier as a document states it; what follows from the others is optional and held against them. */
interface StatedTier {
  readonly field: string;
  readonly from: Decimal;
  readonly upTo: Decimal | null;
  readonly rate: Decimal;
  readonly deduction: Decimal | null;
  readonly maxLeverage: Decimal;
}

function refuse(code: string, field: string, message: string): never {
  throw new ModelInputError(code, field, `${field}: ${message}`);
}

function readTier(fields: DocumentFields, field: string, maintenanceShare: Decimal | null): StatedTier {
  const maxLeverage = fields.decimal('maxLeverage', { above: 0 });
  return {
    field,
    from: fields.decimal('from', { min: 0 }),
    upTo: fields.has('upTo') ? fields.decimal('upTo', { above: 0 }) : null,
    rate: maintenanceShare === null ? fields.decimal('rate', { above: 0, max: 1 }) : maintenanceShare.div(maxLeverage),
    deduction: fields.has('deduction') ? fields.decimal('deduction', { min: 0 }) : null,
    maxLeverage,
  };
}

/** Start of the schedule, order of the borders, no gap between tiers. */
function checkBorders(tiers: readonly StatedTier[]): void {
  tiers.forEach((tier, k) => {
    const { field, from, upTo } = tier;
    const previous = tiers[k - 1];
    if (previous === undefined) {
      if (!from.isZero())
        refuse('tiers-gap', `${field}.from`, `nothing covers 0 to ${from.toFixed()}; start the first tier at 0`);
    } else {
      if (from.lte(previous.from)) {
        refuse(
          'tiers-unordered',
          `${field}.from`,
          `${from.toFixed()} does not rise above ${previous.from.toFixed()}; sort the tiers`,
        );
      }
      if (previous.upTo !== null && !previous.upTo.eq(from)) {
        const code = previous.upTo.lt(from) ? 'tiers-gap' : 'tiers-overlap';
        refuse(
          code,
          `${field}.from`,
          `the tier before ends at ${previous.upTo.toFixed()}, this starts at ${from.toFixed()}; let them meet`,
        );
      }
    }
    if (upTo !== null && k === tiers.length - 1) {
      refuse('tiers-closed', `${field}.upTo`, 'the last tier is open; leave its end out');
    }
  });
}

/** Rates rise, leverage falls, and the initial rate of a tier is not below its maintenance rate. */
function checkRates(tiers: readonly StatedTier[]): void {
  tiers.forEach(({ field, rate, maxLeverage }, k) => {
    const previous = tiers[k - 1];
    if (previous !== undefined && rate.lt(previous.rate)) {
      refuse(
        'tiers-rate-falls',
        `${field}.rate`,
        `${rate.toString()} is below the rate of the tier before; larger positions never pay less`,
      );
    }
    if (previous !== undefined && maxLeverage.gt(previous.maxLeverage)) {
      refuse(
        'tiers-leverage-rises',
        `${field}.maxLeverage`,
        `${maxLeverage.toFixed()} is above that of the tier before; correct it`,
      );
    }
    if (rate.times(maxLeverage).gt(ONE)) {
      refuse(
        'initial-below-maintenance',
        `${field}.maxLeverage`,
        `a leverage of ${maxLeverage.toFixed()} asks for less than the maintenance rate; lower it`,
      );
    }
  });
}

/** `A_k = A_(k-1) + from_k x (rate_k - rate_(k-1))` */
function withDeductions(stated: readonly StatedTier[]): TierSchedule {
  const tiers: MarginTier[] = [];
  for (const { field, from, rate, deduction: claimed, maxLeverage } of stated) {
    const previous = tiers.at(-1);
    const deduction = previous === undefined ? ZERO : previous.deduction.plus(from.times(rate.minus(previous.rate)));
    if (claimed !== null && !claimed.eq(deduction)) {
      refuse(
        'tier-deduction-disagrees',
        `${field}.deduction`,
        `${claimed.toFixed()} is stated, ${deduction.toFixed()} follows from borders and rates; correct one`,
      );
    }
    tiers.push({ from, rate, deduction, maxLeverage });
  }
  return tiers;
}

/**
 * Reads the list `tiers` of a document. Of each tier `from`, `rate` and `maxLeverage` are its own; `upTo` and `deduction` follow from
 * the others and are refused when they disagree.
 * @param maintenanceShare when given, a rate is this share of the initial rate `1 / maxLeverage`, and a tier states none
 * @throws ModelInputError `tiers-gap`, `tiers-overlap`, `tiers-unordered`, `tiers-closed`, `tiers-rate-falls`, `tiers-leverage-rises`,
 *   `initial-below-maintenance`, `tier-deduction-disagrees`
 */
export function readTierSchedule(fields: DocumentFields, maintenanceShare: Decimal | null = null): TierSchedule {
  const stated = fields.list('tiers', (tierFields, field) => readTier(tierFields, field, maintenanceShare));
  checkBorders(stated);
  checkRates(stated);
  return withDeductions(stated);
}
