import { minOf, ONE } from '@ballast/kernel';
import { floatOf } from '@ballast/risk-schedule';
import type { Market } from '../margin-model.js';
import { arrangeCollateral } from '../reading/holdings.js';
import { doubt, type CollateralParameters } from './collateral-parameters.js';
import { confidenceOf, SETTLEMENT_ASSET } from '../reading/market-reading.js';
import { adversePrice, floorPrice, haircutFigures, platformShare } from './collateral-value.js';
import { fixedHaircut, sizeOfGreatestValue, slopeOfHaircut } from './haircut.js';

/** What an amount counts for in float64, USD. */
export interface FloatWorth {
  /** Negative for a debt. */
  readonly worth: number;
  /** Before any haircut, >= 0: what the error is proportional to. */
  readonly marketValue: number;
  /** Part of `worth` that new risk may not rely on. */
  readonly charge: number;
}

/** How one asset counts: of a value Q up to `most`, Q (1 - clamp(fixed + slope sqrt(Q), minimum, 1)). */
export interface FloatRule {
  readonly debtPrice: number;
  readonly price: number;
  /** Of an account. */
  readonly cap: number;
  readonly most: number;
  readonly fixed: number;
  readonly slope: number;
  readonly minimum: number;
  /** What new risk may not rely on per USD of worth: beyond the platform cap, or at a doubtful price. */
  readonly withheld: number;
}

/**
 * `valueCollateral` in float64, for amounts of many accounts at the same prices. Every figure passes through at most 24 roundings,
 * none of which is multiplied: a worth never rises faster than its market value.
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export class FloatCollateral {
  readonly #rules = new Map<string, FloatRule>();

  constructor(
    private readonly market: Market,
    private readonly parameters: CollateralParameters,
    private readonly chargedJointly: ReadonlySet<string>,
  ) {}

  /**
   * What an amount of an asset counts for.
   * @throws ModelInputError as `valueCollateral` does
   */
  worthOf(asset: string, amount: number): FloatWorth {
    const rule = this.ruleOf(asset);
    if (amount < 0) {
      const worth = amount * rule.debtPrice;
      return { worth, marketValue: -worth, charge: 0 };
    }
    const marketValue = amount * rule.price;
    const worth = floatCredit(rule, marketValue);
    return { worth, marketValue, charge: worth * rule.withheld };
  }

  /** How an asset counts, read once. @throws ModelInputError as `valueCollateral` does */
  ruleOf(asset: string): FloatRule {
    const known = this.#rules.get(asset);
    if (known !== undefined) return known;
    const read = asset === SETTLEMENT_ASSET ? IN_FULL : this.#read(asset);
    this.#rules.set(asset, read);
    return read;
  }

  #read(asset: string): FloatRule {
    const { market, parameters } = this;
    const [holding] = arrangeCollateral([{ asset, amount: ONE }], market).assets;
    if (holding === undefined) return NOTHING;
    const debtPrice = floatOf(adversePrice(holding, market));
    const rule = parameters.assets.get(asset);
    if (rule === undefined) return { ...NOTHING, debtPrice };
    const price = floorPrice(holding, market);
    const figures = haircutFigures(
      rule,
      price,
      market.underlyings.get(asset)?.dailyVolatility,
      this.chargedJointly.has(asset),
      asset,
    );
    const [fixed, slope] = [fixedHaircut(figures), slopeOfHaircut(figures)];
    const most = sizeOfGreatestValue(fixed, slope, figures.minimum);
    const platformAmount = market.collateral.get(asset)?.platformAmount;
    const confidence = confidenceOf(holding.confidence, `market.collateral.${asset}.confidence`);
    const doubtful = minOf(ONE, parameters.confidence.factor.times(doubt(confidence, parameters.confidence)));
    const relied = platformShare(price, rule, platformAmount, asset).times(ONE.minus(doubtful));
    return {
      debtPrice,
      // A second table is read by decimals only: no number makes whoever asks go there.
      price: rule.tiers.length === 0 ? floatOf(price) : NaN,
      cap: rule.accountCap === null ? Infinity : floatOf(rule.accountCap),
      most: most === null ? Infinity : floatOf(most),
      fixed: floatOf(fixed),
      slope: floatOf(slope),
      minimum: floatOf(figures.minimum),
      withheld: floatOf(ONE.minus(relied)),
    };
  }
}

/** What a market value of an asset counts for by its rule: comparisons, products and a root in this order. */
export function floatCredit({ cap, most, fixed, slope, minimum }: FloatRule, marketValue: number): number {
  const counted = Math.min(Math.min(marketValue, cap), most);
  return counted * (1 - Math.min(Math.max(fixed + slope * Math.sqrt(counted), minimum), 1));
}

/** The settlement asset: an amount is its worth. */
const IN_FULL: FloatRule = {
  debtPrice: 1,
  price: 1,
  cap: Infinity,
  most: Infinity,
  fixed: 0,
  slope: 0,
  minimum: 0,
  withheld: 0,
};

/** An asset without a rule counts nothing. */
const NOTHING: FloatRule = {
  debtPrice: 0,
  price: 0,
  cap: 0,
  most: 0,
  fixed: 0,
  slope: 0,
  minimum: 0,
  withheld: 0,
};
