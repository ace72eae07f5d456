import { maxOf, minOf, ONE, sum, ZERO, type Decimal } from '@ballast/kernel';
import type { CollateralHolding, ExplainLine, Market } from '../margin-model.js';
import { confidenceOf, finite, positive, SETTLEMENT_ASSET } from '../reading/market-reading.js';
import { arrangeCollateral, type AssetHolding } from '../reading/holdings.js';
import { doubt, type CollateralParameters, type CollateralRule } from './collateral-parameters.js';
import { depegHaircut, tieredValue } from './collateral-tiers.js';
import { haircutOf, valueAfterHaircut, type HaircutFigures } from './haircut.js';

/** What one asset of an account counts for, USD. */
export interface CollateralWorth {
  readonly asset: string;
  /** Negative for a debt. */
  readonly worth: Decimal;
  /** Part of `worth` that new risk may not rely on, because the price is doubtful; >= 0. */
  readonly confidenceCharge: Decimal;
  readonly line: () => ExplainLine;
}

/**
 * Values what an account holds. An amount that is owned counts
 *   max over Q' <= Q of Q' (1 - h(Q')),  Q = min(amount * price, account cap) * min(1, platform cap / platform value),
 * at price = min(index, 30-minute mean, redemption value), and at most what the tiers give. A debt counts in full at the
 * higher of index and mean. Cash of the settlement asset counts in full. An asset without a rule counts nothing as an
 * asset and in full as a debt.
 * @param chargedJointly assets whose market move is charged together with the positions: their haircut has no volatility part
 * @returns in the order of asset names
 * @see docs/spec/collateral.md CLR-COL-005
 */
export function valueCollateral(
  collateral: readonly CollateralHolding[],
  market: Market,
  parameters: CollateralParameters,
  chargedJointly: ReadonlySet<string>,
): readonly CollateralWorth[] {
  const { cash, assets } = arrangeCollateral(collateral, market);
  const worths = assets.map((holding) =>
    holding.amount.isNegative()
      ? debtWorth(holding, market)
      : assetWorth(holding, market, parameters, chargedJointly.has(holding.asset)),
  );
  if (cash.isZero()) return worths;
  const line = (): ExplainLine => ({ code: 'collateral', subject: SETTLEMENT_ASSET, amount: cash });
  const usd: CollateralWorth = { asset: SETTLEMENT_ASSET, worth: cash, confidenceCharge: ZERO, line };
  return [...worths, usd].sort((a, b) => (a.asset < b.asset ? -1 : 1));
}

/** Sum of what an account's collateral counts for, USD. */
export const totalWorth = (worths: readonly CollateralWorth[]): Decimal => sum(worths.map(({ worth }) => worth));

function debtWorth({ asset, amount, price }: AssetHolding, market: Market): CollateralWorth {
  const adverse = adversePrice({ asset, price }, market);
  const worth = amount.times(adverse);
  const line = (): ExplainLine => ({
    code: 'debt',
    subject: asset,
    amount: worth,
    figures: { amount, price: adverse },
  });
  return { asset, worth, confidenceCharge: ZERO, line };
}

function assetWorth(
  holding: AssetHolding,
  market: Market,
  parameters: CollateralParameters,
  jointly: boolean,
): CollateralWorth {
  const { asset, amount } = holding;
  const rule = parameters.assets.get(asset);
  if (rule === undefined) {
    const line = (): ExplainLine => ({
      code: 'collateral-not-eligible',
      subject: asset,
      amount: ZERO,
      figures: { amount },
    });
    return { asset, worth: ZERO, confidenceCharge: ZERO, line };
  }
  const price = floorPrice(holding, market);
  const marketValue = amount.times(price);
  const counted = cappedValue(marketValue, price, rule, market.collateral.get(asset)?.platformAmount, asset);
  const figures = haircutFigures(rule, price, market.underlyings.get(asset)?.dailyVolatility, jointly, asset);
  const afterHaircut = valueAfterHaircut(counted, figures);
  const worth = rule.tiers.length === 0 ? afterHaircut : minOf(afterHaircut, tieredValue(counted, rule.tiers));
  const confidence = confidenceOf(holding.confidence, `market.collateral.${asset}.confidence`);
  const { factor } = parameters.confidence;
  const confidenceCharge = worth.times(minOf(ONE, factor.times(doubt(confidence, parameters.confidence))));
  const line = (): ExplainLine => {
    const { volatility, impact } = haircutOf(counted, figures);
    return {
      code: 'collateral',
      subject: asset,
      amount: worth,
      figures: {
        amount,
        confidenceCharge,
        counted,
        depeg: figures.depeg,
        flat: rule.haircut,
        haircut: counted.isZero() ? ZERO : ONE.minus(worth.div(counted)),
        halfSpread: rule.halfSpread,
        impact,
        marketValue,
        price,
        volatility,
      },
    };
  };
  return { asset, worth, confidenceCharge, line };
}

/** Price policy: what is owed counts at the higher of index and 30-minute mean. */
export function adversePrice({ asset, price }: Pick<AssetHolding, 'asset' | 'price'>, market: Market): Decimal {
  const mean = market.collateral.get(asset)?.averagePrice;
  return mean === undefined ? price : maxOf(price, positive(mean, `market.collateral.${asset}.averagePrice`));
}

/** Price policy: what is owned counts at the lowest of index, 30-minute mean and redemption value. */
export function floorPrice({ asset, price }: AssetHolding, market: Market): Decimal {
  const { averagePrice, redemptionValue } = market.collateral.get(asset) ?? {};
  const field = `market.collateral.${asset}`;
  let lowest = price;
  if (averagePrice !== undefined) lowest = minOf(lowest, positive(averagePrice, `${field}.averagePrice`));
  if (redemptionValue !== undefined) lowest = minOf(lowest, positive(redemptionValue, `${field}.redemptionValue`));
  return lowest;
}

/** What counts of a market value, before the haircut: within the account's cap, and in proportion within the platform's. */
export function cappedValue(
  marketValue: Decimal,
  price: Decimal,
  { accountCap, platformCap }: CollateralRule,
  platformAmount: Decimal | undefined,
  asset: string,
): Decimal {
  const own = accountCap === null ? marketValue : minOf(marketValue, accountCap);
  if (platformCap === null || platformAmount === undefined) return own;
  const platformValue = finite(platformAmount, `market.collateral.${asset}.platformAmount`).times(price);
  return platformValue.lte(platformCap) ? own : own.times(platformCap).div(platformValue);
}

/** A rule at the market's figures. */
export function haircutFigures(
  rule: CollateralRule,
  price: Decimal,
  measured: Decimal | undefined,
  jointly: boolean,
  asset: string,
): HaircutFigures {
  const sigma = measured === undefined ? ZERO : finite(measured, `market.underlyings.${asset}.dailyVolatility`);
  return {
    z: jointly ? ZERO : rule.z,
    sigma: maxOf(sigma, rule.volatilityFloor),
    liquidationDays: rule.liquidationDays,
    halfSpread: rule.halfSpread,
    flat: rule.haircut,
    impact: rule.impact,
    averageDailyVolume: rule.averageDailyVolume,
    depeg: depegHaircut(price, rule.depeg),
    minimum: jointly ? ZERO : rule.minimumHaircut,
  };
}
