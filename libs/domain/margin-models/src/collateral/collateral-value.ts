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
  /** Part of `worth` that new risk may not rely on, because all accounts together hold more than the platform cap; >= 0. */
  readonly platformCharge: Decimal;
  /** Part of the rest that new risk may not rely on, because the price is doubtful; >= 0. */
  readonly confidenceCharge: Decimal;
  readonly line: () => ExplainLine;
}

/** Names that may be asked for. */
export type Named = Pick<ReadonlySet<string>, 'has'>;

/**
 * Values what an account holds. An amount that is owned counts
 *   max over Q' <= Q of Q' (1 - h(Q')),  Q = min(amount * price, account cap),
 * at price = min(index, 30-minute mean, redemption value), and at most what the tiers give. A debt counts in full at the
 * higher of index and mean. Cash of the settlement asset counts in full. An asset without a rule counts nothing as an
 * asset and in full as a debt. New risk may rely on the share of it that the platform cap leaves and that no doubt takes.
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
  const usd: CollateralWorth = { asset: SETTLEMENT_ASSET, worth: cash, ...UNCHARGED, line };
  return [...worths, usd].sort((a, b) => (a.asset < b.asset ? -1 : 1));
}

const UNCHARGED = { platformCharge: ZERO, confidenceCharge: ZERO } as const;

/** Sum of what new risk may not rely on, USD. */
export const totalCharge = (worths: readonly CollateralWorth[]): Decimal =>
  sum(worths.map(({ platformCharge, confidenceCharge }) => platformCharge.plus(confidenceCharge)));

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
  return { asset, worth, ...UNCHARGED, line };
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
    return { asset, worth: ZERO, ...UNCHARGED, line };
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
  /** Share of a worth that the platform cap leaves to new risk. */
  readonly #platformShare: Decimal;
  readonly #figures: HaircutFigures;
  readonly #afterHaircut: (counted: Decimal) => Decimal;
  /** Share of what the cap leaves that new risk may not rely on. */
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
    this.#platformShare = platformShare(this.#price, rule, market.collateral.get(asset)?.platformAmount, asset);
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
    const counted = rule.accountCap === null ? marketValue : minOf(marketValue, rule.accountCap);
    const afterHaircut = this.#afterHaircut(counted);
    const worth = rule.tiers.length === 0 ? afterHaircut : minOf(afterHaircut, tieredValue(counted, rule.tiers));
    const relied = worth.times(this.#platformShare);
    const platformCharge = worth.minus(relied);
    const confidenceCharge = relied.times(this.#doubtful);
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
          // Nobody reads of a cap that is not reached.
          ...(platformCharge.isZero() ? {} : { platformCharge, platformShare: this.#platformShare }),
          price,
          volatility,
        },
      };
    };
    return { asset, worth, platformCharge, confidenceCharge, line };
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

/**
 * Share of what an account's asset counts for that new risk may rely on: platform cap over the value of what all accounts hold, at
 * most 1. It touches no equity, so no call and no liquidation: nobody is closed out because others deposited.
 * @see docs/spec/collateral.md CLR-COL-008
 */
export function platformShare(
  price: Decimal,
  { platformCap }: Pick<CollateralRule, 'platformCap'>,
  platformAmount: Decimal | undefined,
  asset: string,
): Decimal {
  if (platformCap === null || platformAmount === undefined) return ONE;
  const platformValue = finite(platformAmount, `market.collateral.${asset}.platformAmount`).times(price);
  return platformValue.lte(platformCap) ? ONE : platformCap.div(platformValue);
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
