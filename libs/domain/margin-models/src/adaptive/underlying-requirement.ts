import { maxOf, sum, ZERO, type Decimal } from '@ballast/kernel';
import { type SideRanges } from '@ballast/risk-schedule';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import {
  decisiveLosses,
  expiriesOf,
  linearLoss,
  linearLosses,
  scanFor,
  unitProfitsOf,
  worstLinearPoint,
  type Losses,
} from './decisive-losses.js';
import type { Exposure } from './exposure.js';
import type { ScanPoint } from './scenario-grid.js';

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
  /** Charge of each exposure on its own. */
  readonly alone: readonly Decimal[];
}

/** Profits of one underlying at every point of its scan, USD, loss negative. */
export interface ScannedProfits {
  readonly points: readonly ScanPoint[];
  /** By exposure, then by point. */
  readonly profits: readonly (readonly Decimal[])[];
  /** Of all exposures together, by point. */
  readonly jointProfits: readonly Decimal[];
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
  ranges: SideRanges,
  spot: Decimal,
  parameters: AdaptiveParameters,
): UnderlyingRequirement {
  const [first] = exposures;
  if (first !== undefined && exposures.length === 1 && first.option === null) return requirementOfOne(first, ranges);
  const losses = exposures.some(({ option }) => option !== null)
    ? decisiveLosses(exposures, scanFor(exposures, ranges, parameters))
    : linearLosses(exposures, ranges);
  return requirementOf(losses, exposures, ranges, spot, parameters);
}

/** What one exposure that is straight in the price requires: its loss, since it offsets nothing. */
function requirementOfOne({ linear }: Exposure, ranges: SideRanges): UnderlyingRequirement {
  const loss = linearLoss(linear, ranges);
  return {
    loss,
    shortOptionExcess: ZERO,
    betweenExpiries: ZERO,
    betweenPositions: ZERO,
    total: loss,
    worst: worstLinearPoint(linear, ranges),
    alone: [loss],
  };
}

/** The requirement that some losses make. */
export function requirementOf(
  losses: Losses,
  exposures: readonly Exposure[],
  ranges: SideRanges,
  spot: Decimal,
  parameters: AdaptiveParameters,
): UnderlyingRequirement {
  const minimumOf = (group: readonly Exposure[]): Decimal =>
    shortOptionMinimum(group, ranges, spot, parameters.shortOptionMinimum);
  const alone = exposures.map((exposure, i) => {
    const loss = losses.alone[i] ?? ZERO;
    return exposure.option?.units.isNegative() === true ? maxOf(loss, minimumOf([exposure])) : loss;
  });
  const byExpiry = sum(
    expiriesOf(exposures).map((expiry, i) =>
      maxOf(losses.byExpiry[i] ?? ZERO, minimumOf(exposures.filter((exposure) => exposure.expiry === expiry))),
    ),
  );
  const joint = maxOf(losses.joint, minimumOf(exposures));
  const { betweenExpiries, betweenPositions } = parameters.lostOffset;
  const lostBetweenExpiries = betweenExpiries.times(maxOf(byExpiry.minus(joint), ZERO));
  const lostBetweenPositions = betweenPositions.times(maxOf(sum(alone).minus(joint), ZERO));
  return {
    loss: losses.joint,
    shortOptionExcess: joint.minus(losses.joint),
    betweenExpiries: lostBetweenExpiries,
    betweenPositions: lostBetweenPositions,
    total: joint.plus(lostBetweenExpiries).plus(lostBetweenPositions),
    worst: losses.worst,
    alone,
  };
}

/** Every profit in decimals, for whoever wants to read them all. */
export function scannedProfits(
  exposures: readonly Exposure[],
  ranges: SideRanges,
  parameters: AdaptiveParameters,
): ScannedProfits {
  const scan = scanFor(exposures, ranges, parameters);
  const { points } = scan;
  const profits = exposures.map((exposure) => {
    const { linear, option } = exposure;
    const unit = unitProfitsOf(exposure, scan);
    return points.map(({ move }, p) =>
      unit === null || option === null ? linear.times(move) : unit.exact(p).times(option.units),
    );
  });
  const expiryProfits = expiriesOf(exposures).map((expiry) =>
    summed(
      profits.filter((_, i) => exposures[i]?.expiry === expiry),
      points.length,
    ),
  );
  return { points, profits, jointProfits: summed(expiryProfits, points.length) };
}

/** Sum of several rows of profits, point by point. */
function summed(rows: readonly (readonly Decimal[])[], points: number): readonly Decimal[] {
  return Array.from({ length: points }, (_, point) => {
    let total = ZERO;
    for (const row of rows) total = total.plus(row[point] ?? ZERO);
    return total;
  });
}

/**
 * Least charge of net short options: minimum * range of the side they lose on * spot * units, where a long option counts
 * against short ones of the same expiry and type only.
 */
function shortOptionMinimum(
  exposures: readonly Exposure[],
  ranges: SideRanges,
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
