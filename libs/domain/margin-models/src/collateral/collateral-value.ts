import { maxOf, minOf, ONE, sum, ZERO, type Decimal } from '@ballast/kernel';
import type { CollateralHolding, ExplainLine, Market } from '../margin-model.js';
import { confidenceOf, finite, positive, SETTLEMENT_ASSET } from '../reading/market-reading.js';
import { arrangeCollateral, type AssetHolding } from '../reading/holdings.js';
import { doubt, type CollateralParameters, type CollateralRule } from './collateral-parameters.js';
import { depegHaircut, tieredValue } from './collateral-tiers.js';
import { haircutOf, valuesAfterHaircut, type HaircutFigures } from './haircut.js';

/** What one asset of an account counts for, USD. */
export interface CollateralWorth {
  readonly asset: string;
  /** Negative for a debt. */
  readonly worth: Decimal;
  /** Part of `worth` that new risk may not rely on, because the price is doubtful; >= 0. */
  readonly confidenceCharge: Decimal;
  readonly line: () => ExplainLine;
}

/** Names that may be asked for. */
export type Named = Pick<ReadonlySet<string>, 'has'>;

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
  chargedJointly: Named,
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
  return termsOf(holding, rule, market, parameters, jointly).worthOf(amount);
}

const terms = new WeakMap<CollateralRule, AssetTerms>();

/** Read once for all accounts: neither a rule nor the prices of a market ever change, and the newest market is the one that is asked. */
function termsOf(
  holding: AssetHolding,
  rule: CollateralRule,
  market: Market,
  parameters: CollateralParameters,
  jointly: boolean,
): AssetTerms {
  const known = terms.get(rule);
  const isKnown = known?.market === market && known.parameters === parameters && known.jointly === jointly;
  if (isKnown && known.asset === holding.asset) return known;
  const made = new AssetTerms(holding, rule, market, parameters, jointly);
  terms.set(rule, made);
  return made;
}

/** How an asset counts on a market, whoever holds however much of it. */
class AssetTerms {
  readonly asset: string;
  readonly #price: Decimal;
  readonly #platformAmount: Decimal | undefined;
  readonly #figures: HaircutFigures;
  readonly #afterHaircut: (counted: Decimal) => Decimal;
  /** Share of a worth that new risk may not rely on. */
  readonly #doubtful: Decimal;
  /** Questions about one account's orders come one after the other, and the coin in them is the same. */
  #last: { readonly amount: Decimal; readonly worth: CollateralWorth } | undefined;

  constructor(
    holding: AssetHolding,
    private readonly rule: CollateralRule,
    readonly market: Market,
    readonly parameters: CollateralParameters,
    readonly jointly: boolean,
  ) {
    const { asset } = holding;
    this.asset = asset;
    this.#price = floorPrice(holding, market);
    this.#platformAmount = market.collateral.get(asset)?.platformAmount;
    const sigma = market.underlyings.get(asset)?.dailyVolatility;
    this.#figures = haircutFigures(rule, this.#price, sigma, jointly, asset);
    this.#afterHaircut = valuesAfterHaircut(this.#figures);
    const confidence = confidenceOf(holding.confidence, `market.collateral.${asset}.confidence`);
    const { factor } = parameters.confidence;
    this.#doubtful = minOf(ONE, factor.times(doubt(confidence, parameters.confidence)));
  }

  worthOf(amount: Decimal): CollateralWorth {
    if (this.#last?.amount.eq(amount) !== true) this.#last = { amount, worth: this.#value(amount) };
    return this.#last.worth;
  }

  #value(amount: Decimal): CollateralWorth {
    const { asset, rule } = this;
    const price = this.#price;
    const marketValue = amount.times(price);
    const counted = cappedValue(marketValue, price, rule, this.#platformAmount, asset);
    const afterHaircut = this.#afterHaircut(counted);
    const worth = rule.tiers.length === 0 ? afterHaircut : minOf(afterHaircut, tieredValue(counted, rule.tiers));
    const confidenceCharge = worth.times(this.#doubtful);
    const line = (): ExplainLine => {
      const { depeg } = this.#figures;
      const { volatility, impact } = haircutOf(counted, this.#figures);
      return {
        code: 'collateral',
        subject: asset,
        amount: worth,
        figures: {
          amount,
          confidenceCharge,
          counted,
          depeg,
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
