import { type Decimal, minOf, ZERO } from '@ballast/kernel';
import { ceilTo, floorTo, QUOTE_DECIMALS } from '../methodology/rounding-grid.js';
import { BASE_DECIMALS, FEE_DECIMALS, RATIO_DECIMALS } from './size-weight.js';

/** More than any position or debt: the formula has no finite size, since every unit costs what it frees or more. */
export const UNLIMITED = 'unlimited';
export type TransferSize = Decimal | typeof UNLIMITED;

/** A remainder worth less than one quote unit is swept up rather than left as dust. */
const DUST_VALUE = 1;
/** Weights carry one digit more while they are compared, as multipliers cut into them. */
const WEIGHT_DECIMALS = RATIO_DECIMALS + 1;

export interface PerpShortage {
  /** Quote units, >= 0. */
  readonly marginShortage: Decimal;
  /** Margin ratio that closing a unit frees, buffer included. */
  readonly marginRatio: Decimal;
  readonly liquidatorFee: Decimal;
  readonly oraclePrice: Decimal;
  readonly quotePrice: Decimal;
}

/**
 * Base units whose closing covers a shortage: `shortage / (price x quotePrice x (ratio - fee) - price x insuranceFee)`, each
 * product floored to 6 decimals, the result to 9. Unlimited when the fees eat what closing frees.
 */
export function sizeToCoverShortage(shortage: PerpShortage, insuranceFee: Decimal): TransferSize {
  const { marginShortage, marginRatio, liquidatorFee, oraclePrice, quotePrice } = shortage;
  if (oraclePrice.isZero() || marginRatio.lte(liquidatorFee)) return UNLIMITED;
  const price = floorTo(oraclePrice.times(quotePrice), QUOTE_DECIMALS);
  const freed = floorTo(price.times(marginRatio.minus(liquidatorFee)), QUOTE_DECIMALS).minus(
    floorTo(oraclePrice.times(insuranceFee), QUOTE_DECIMALS),
  );
  return freed.lte(0) ? UNLIMITED : floorTo(marginShortage.div(freed), BASE_DECIMALS);
}

/** A debt repaid out of an asset. Multipliers are 1 + fee for the asset that is given up, 1 - fee for the debt taken over. */
export interface SpotPair {
  readonly assetMultiplier: Decimal;
  readonly liabilityMultiplier: Decimal;
  readonly liabilityDecimals: number;
  readonly liabilityPrice: Decimal;
}

export interface SpotShortage extends SpotPair {
  readonly marginShortage: Decimal;
  readonly assetWeight: Decimal;
  /** Buffer included. */
  readonly liabilityWeight: Decimal;
}

/**
 * Debt whose transfer covers a shortage:
 *   shortage / (price x (liabilityWeight - assetWeight x assetMultiplier / liabilityMultiplier) - price x insuranceFee x liabilityWeight),
 * floored to the decimals of the debt. Unlimited when the asset given up weighs as much as the debt taken away.
 */
export function liabilityTransferToCoverShortage(shortage: SpotShortage, insuranceFee: Decimal): TransferSize {
  const { marginShortage, assetWeight, assetMultiplier, liabilityWeight, liabilityMultiplier } = shortage;
  const { liabilityDecimals, liabilityPrice } = shortage;
  if (assetWeight.gte(liabilityWeight)) return UNLIMITED;
  const givenUp = floorTo(assetWeight.times(assetMultiplier).div(liabilityMultiplier), WEIGHT_DECIMALS);
  if (givenUp.gte(liabilityWeight)) return UNLIMITED;
  const fee = floorTo(liabilityPrice.times(insuranceFee), QUOTE_DECIMALS).times(liabilityWeight);
  const freed = liabilityPrice.times(liabilityWeight.minus(givenUp)).minus(fee);
  return freed.lte(0) ? UNLIMITED : floorTo(marginShortage.div(freed), liabilityDecimals);
}

export interface AssetSide {
  readonly assetAmount: Decimal;
  readonly assetDecimals: number;
  readonly assetPrice: Decimal;
}

/** Debt that a whole asset amount repays, rounded up to the decimals of the debt: `asset x price x liabilityMultiplier / (price x assetMultiplier)`. */
export function liabilityTransferFromAssets({ assetAmount, assetPrice }: AssetSide, pair: SpotPair): Decimal {
  const { assetMultiplier, liabilityMultiplier, liabilityDecimals, liabilityPrice } = pair;
  const value = assetAmount.times(assetPrice).times(liabilityMultiplier);
  return ceilTo(value.div(liabilityPrice.times(assetMultiplier)), liabilityDecimals);
}

/**
 * Asset given up for a debt taken over, floored to the decimals of the asset; the whole of it when what would be left (or
 * lacking) is worth less than one quote unit.
 */
export function assetTransferForLiability(
  { assetAmount, assetDecimals, assetPrice }: AssetSide,
  pair: SpotPair,
  liabilityTransfer: Decimal,
): Decimal {
  const { assetMultiplier, liabilityMultiplier, liabilityPrice } = pair;
  const value = liabilityTransfer.times(liabilityPrice).times(assetMultiplier);
  const transfer = floorTo(value.div(assetPrice.times(liabilityMultiplier)), assetDecimals);
  const remainder = floorTo(assetAmount.minus(transfer).abs().times(assetPrice), QUOTE_DECIMALS);
  return remainder.lt(DUST_VALUE) ? assetAmount : transfer;
}

/** 95 %: a fee that took all headroom would leave deposits equal to the loss, which is bankruptcy. */
const HEADROOM_TAKEN = { numerator: 19, denominator: 20 };

/**
 * Insurance fee of a perpetual liquidation: `min(max, 95 % of max(0, ratio - liquidatorFee - shortage / (size x price)))`, floored to 6
 * decimals; zero without price, size or headroom.
 * @returns fraction of the closed notional
 */
export function perpInsuranceFee(shortage: PerpShortage, size: Decimal, maxInsuranceFee: Decimal): Decimal {
  const { marginShortage, marginRatio, liquidatorFee, oraclePrice, quotePrice } = shortage;
  const price = floorTo(oraclePrice.times(quotePrice), QUOTE_DECIMALS);
  if (price.isZero() || size.isZero() || marginRatio.lte(liquidatorFee)) return ZERO;
  const lacking = floorTo(floorTo(marginShortage.div(size.abs()), QUOTE_DECIMALS).div(price), FEE_DECIMALS);
  const headroom = marginRatio.minus(liquidatorFee).minus(lacking);
  if (headroom.lte(0)) return ZERO;
  const taken = headroom.times(HEADROOM_TAKEN.numerator).div(HEADROOM_TAKEN.denominator);
  return minOf(maxInsuranceFee, floorTo(taken, FEE_DECIMALS));
}

/**
 * Insurance fee of a spot liquidation: `min(max, max(0, liabilityWeight - assetWeight x assetMultiplier / liabilityMultiplier
 * - shortage / (amount x price)) / liabilityWeight)`, floored to 6 decimals; zero without price, amount or headroom.
 */
export function spotInsuranceFee(shortage: SpotShortage, tokenAmount: Decimal, maxInsuranceFee: Decimal): Decimal {
  const { marginShortage, assetWeight, assetMultiplier, liabilityWeight, liabilityMultiplier, liabilityPrice } =
    shortage;
  const undefinedFee = liabilityPrice.isZero() || tokenAmount.isZero() || liabilityMultiplier.isZero();
  if (undefinedFee || assetWeight.gte(liabilityWeight)) return ZERO;
  const givenUp = floorTo(assetWeight.times(assetMultiplier).div(liabilityMultiplier), FEE_DECIMALS);
  const lacking = floorTo(marginShortage.div(tokenAmount.times(liabilityPrice)), FEE_DECIMALS);
  const headroom = liabilityWeight.minus(givenUp).minus(lacking);
  if (headroom.lte(0)) return ZERO;
  return minOf(maxInsuranceFee, floorTo(headroom.div(liabilityWeight), FEE_DECIMALS));
}
