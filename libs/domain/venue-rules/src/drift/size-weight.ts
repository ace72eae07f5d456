import { dec, type Decimal, maxOf, minOf, ONE, ZERO } from '@ballast/kernel';
import { floorTo, QUOTE_DECIMALS } from '../methodology/rounding-grid.js';

/** Digits after the point of ratios and weights. */
export const RATIO_DECIMALS = 4;
/** Digits after the point of fees and of the products that carry an imf factor. */
export const FEE_DECIMALS = 6;
/** Digits after the point of perpetual base amounts, and the grid that sizes are put on before their root is taken. */
export const BASE_DECIMALS = 9;

/** Initial for new risk, maintenance for liquidation, fill (their mean) for an order at the moment it trades. */
export type RequirementKind = 'initial' | 'fill' | 'maintenance';

const BASE_UNIT = dec('1e9');
const ROOT_UNIT = dec('1e5');
const ROOT_FACTOR = dec(10);
const FIFTH = dec(5);
const DISCOUNT_NUMERATOR = dec('1.1');
const LEAST_RATIO_STEP = dec('0.0001');

/** Square root of a size, to 5 decimals: the integer root of `10 x size x 1e9 + 1`. */
export function rootOfSize(size: Decimal): Decimal {
  const units = floorTo(size.abs().times(BASE_UNIT), 0);
  return units.times(ROOT_FACTOR).plus(1).sqrt().floor().div(ROOT_UNIT);
}

/** `floor(w) - floor(w / 5) + floor(root x imf)` on the ratio grid: what a size asks for, before its lower bound `w`. */
function grownWeight(weight: Decimal, size: Decimal, imfFactor: Decimal): Decimal {
  return floorTo(weight, RATIO_DECIMALS)
    .minus(floorTo(weight.div(FIFTH), RATIO_DECIMALS))
    .plus(floorTo(rootOfSize(size).times(imfFactor), RATIO_DECIMALS));
}

/**
 * Weight of a liability (or ratio of a perpetual) at a size: `max(w, floor(w) - floor(w / 5) + floor(root x imf))`.
 * It grows with the root of the size, and an imf factor of 0 switches that off.
 */
export function liabilityWeightAtSize(weight: Decimal, size: Decimal, imfFactor: Decimal): Decimal {
  return imfFactor.isZero() ? weight : maxOf(weight, grownWeight(weight, size, imfFactor));
}

/** Weight of an asset at a size: `min(w, floor(1.1 / (1 + floor6(root x imf))))`. */
export function assetWeightAtSize(weight: Decimal, size: Decimal, imfFactor: Decimal): Decimal {
  if (imfFactor.isZero()) return weight;
  const divisor = ONE.plus(floorTo(rootOfSize(size).times(imfFactor), FEE_DECIMALS));
  return minOf(weight, floorTo(DISCOUNT_NUMERATOR.div(divisor), RATIO_DECIMALS));
}

/** Initial weight when the venue holds much of the asset: `w x start / value`, floored, once deposits x price pass `start` (0 = off). */
export function depositScaledWeight(
  initialWeight: Decimal,
  scaleStartValue: Decimal,
  totalDeposits: Decimal,
  oraclePrice: Decimal,
): Decimal {
  const value = floorTo(totalDeposits.times(oraclePrice), QUOTE_DECIMALS);
  if (scaleStartValue.isZero() || value.lt(scaleStartValue)) return initialWeight;
  return floorTo(initialWeight.times(scaleStartValue).div(value), RATIO_DECIMALS);
}

/** The figure of the requirement asked for; `fill` is the mean, floored. */
export function byRequirement(kind: RequirementKind, initial: Decimal, maintenance: Decimal): Decimal {
  switch (kind) {
    case 'initial':
      return initial;
    case 'maintenance':
      return maintenance;
    case 'fill':
      return floorTo(initial.plus(maintenance).div(2), RATIO_DECIMALS);
  }
}

export interface PerpRatios {
  readonly initial: Decimal;
  readonly maintenance: Decimal;
  readonly imfFactor: Decimal;
  /** Ratios of accounts that chose high leverage; an initial ratio of 0 says that the market has none. */
  readonly highLeverageInitial: Decimal;
  readonly highLeverageMaintenance: Decimal;
}

/**
 * Margin ratio of a perpetual at a size. With high leverage, maintenance is the size rule on the high-leverage ratio; initial and
 * fill start from it and glide to the ordinary ratio as the size rule (without its lower bound) approaches that.
 * @param size base units, the sign does not matter
 */
export function perpMarginRatio(
  kind: RequirementKind,
  size: Decimal,
  ratios: PerpRatios,
  highLeverage: boolean,
): Decimal {
  const flat = byRequirement(kind, ratios.initial, ratios.maintenance);
  if (!highLeverage || ratios.highLeverageInitial.isZero()) return liabilityWeightAtSize(flat, size, ratios.imfFactor);
  const high = byRequirement(kind, ratios.highLeverageInitial, ratios.highLeverageMaintenance);
  if (kind === 'maintenance') return liabilityWeightAtSize(high, size, ratios.imfFactor);
  const grown = ratios.imfFactor.isZero() ? flat : grownWeight(flat, size, ratios.imfFactor);
  if (grown.gt(flat)) return grown;
  if (grown.eq(flat)) return high;
  const step = maxOf(flat.minus(high), LEAST_RATIO_STEP);
  // Below `flat` the fifth is at least one step of the grid, or `grown` could not lie below.
  const discount = floorTo(flat.minus(grown).div(floorTo(flat.div(FIFTH), RATIO_DECIMALS)), FEE_DECIMALS);
  return high.plus(floorTo(step.times(maxOf(ZERO, ONE.minus(discount))), RATIO_DECIMALS));
}
