import { maxOf, sum, ZERO, type Decimal } from '@ballast/kernel';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import type { AdaptiveRanges } from './adaptive-rates.js';
import { profitAt, type Exposure } from './exposure.js';
import { scanPoints, type ScanPoint } from './scenario-grid.js';

/** Requirement of one underlying at one level, in the parts that add up to it, USD, unrounded. */
export interface UnderlyingRequirement {
  /** Greatest loss over the range, >= 0. */
  readonly loss: Decimal;
  /** What the minimum of net short options asks for beyond that loss. */
  readonly shortOptionExcess: Decimal;
  /** Part of the offset between expiries that does not count. */
  readonly betweenExpiries: Decimal;
  /** Part of the offset between positions that does not count. */
  readonly betweenPositions: Decimal;
  readonly total: Decimal;
  /** Where the greatest loss is; null if nothing loses anywhere. */
  readonly worst: ScanPoint | null;
  readonly points: readonly ScanPoint[];
  /** By exposure, then by point. */
  readonly profits: readonly (readonly Decimal[])[];
  /** Of all exposures together, by point. */
  readonly jointProfits: readonly Decimal[];
  /** Charge of each exposure on its own. */
  readonly alone: readonly Decimal[];
}

/**
 * Requirement of one underlying. With D(A) = max( greatest loss of A over the nested range, short-option minimum of A ):
 *   (1 - e - p) * D(all) + e * sum over expiries of D(expiry) + p * sum over positions of D(position)
 * e, p the lost shares of offsets between expiries and between positions. Written as D(all) and two charges, both >= 0.
 * @param exposures in the order of their names
 * @param spot USD
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-004
 */
export function underlyingRequirement(
  exposures: readonly Exposure[],
  ranges: AdaptiveRanges,
  spot: Decimal,
  parameters: AdaptiveParameters,
): UnderlyingRequirement {
  const withOptions = exposures.some(({ option }) => option !== null);
  const points = scanPoints(parameters.grid, ranges, parameters.volatilityShock, withOptions);
  const profits = exposures.map((exposure) => points.map((point) => profitAt(exposure, point)));
  const minimumOf = (group: readonly Exposure[]): Decimal =>
    shortOptionMinimum(group, ranges, spot, parameters.shortOptionMinimum);
  const alone = exposures.map((exposure, i) => maxOf(greatestLoss(profits[i] ?? []).loss, minimumOf([exposure])));

  const expiries = [...new Set(exposures.map(({ expiry }) => expiry))].sort();
  const expiryProfits = expiries.map((expiry) =>
    summed(
      profits.filter((_, i) => exposures[i]?.expiry === expiry),
      points.length,
    ),
  );
  const byExpiry = sum(
    expiries.map((expiry, i) =>
      maxOf(
        greatestLoss(expiryProfits[i] ?? []).loss,
        minimumOf(exposures.filter((exposure) => exposure.expiry === expiry)),
      ),
    ),
  );
  const jointProfits = summed(expiryProfits, points.length);
  const whole = greatestLoss(jointProfits);
  const joint = maxOf(whole.loss, minimumOf(exposures));
  const { betweenExpiries, betweenPositions } = parameters.lostOffset;
  const lostBetweenExpiries = betweenExpiries.times(maxOf(byExpiry.minus(joint), ZERO));
  const lostBetweenPositions = betweenPositions.times(maxOf(sum(alone).minus(joint), ZERO));
  return {
    loss: whole.loss,
    shortOptionExcess: joint.minus(whole.loss),
    betweenExpiries: lostBetweenExpiries,
    betweenPositions: lostBetweenPositions,
    total: joint.plus(lostBetweenExpiries).plus(lostBetweenPositions),
    worst: whole.index === null ? null : (points[whole.index] ?? null),
    points,
    profits,
    jointProfits,
    alone,
  };
}

/** Sum of several rows of profits, point by point. */
function summed(rows: readonly (readonly Decimal[])[], points: number): readonly Decimal[] {
  return Array.from({ length: points }, (_, point) => {
    let total = ZERO;
    for (const row of rows) total = total.plus(row[point] ?? ZERO);
    return total;
  });
}

/** Greatest loss over all points, 0 if there is none; the first of equal points. */
function greatestLoss(profits: readonly Decimal[]): { readonly loss: Decimal; readonly index: number | null } {
  let least = ZERO;
  let index: number | null = null;
  profits.forEach((profit, i) => {
    if (profit.lt(least)) [least, index] = [profit, i];
  });
  return { loss: least.neg().plus(ZERO), index };
}

/**
 * Least charge of net short options: minimum * range of the side they lose on * spot * units, where a long option counts
 * against short ones of the same expiry and type only.
 */
function shortOptionMinimum(
  exposures: readonly Exposure[],
  ranges: AdaptiveRanges,
  spot: Decimal,
  minimum: Decimal,
): Decimal {
  const net = new Map<string, { readonly type: 'call' | 'put'; readonly units: Decimal }>();
  for (const { option, expiry } of exposures) {
    if (option === null) continue;
    const key = `${expiry} ${option.type}`;
    net.set(key, { type: option.type, units: option.units.plus(net.get(key)?.units ?? ZERO) });
  }
  const short = [...net.values()].filter(({ units }) => units.isNegative());
  return sum(
    short.map(({ type, units }) =>
      units
        .neg()
        .times(spot)
        .times(minimum)
        .times(type === 'call' ? ranges.short.spot : ranges.long.spot),
    ),
  );
}
