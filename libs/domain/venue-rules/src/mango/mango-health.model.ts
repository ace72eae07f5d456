import { type Decimal, ONE, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  type ExplainLine,
  type MarginModel,
  type Market,
  type ModelResult,
  type Portfolio,
  SETTLEMENT_ASSET,
  stablePriceOf,
} from '@ballast/margin-models';
import { type ContractExposure, linearBookOf } from '../methodology/contract-book.js';
import {
  MANGO_HEALTH_DEFAULTS,
  type MangoHealthParameters,
  readMangoHealthParameters,
  type WeightPair,
} from './mango-health.parameters.js';
import {
  accountHealth,
  type HealthAccount,
  type HealthKind,
  type HealthPerp,
  type HealthToken,
} from './weighted-health.js';

interface HeldToken {
  readonly asset: string;
  readonly amount: Decimal;
  readonly price: Decimal;
}

const ofKind = ({ initial, maintenance }: WeightPair, kind: HealthKind): Decimal =>
  kind === 'maint' ? maintenance : initial;

/** A token without weights backs nothing, and a debt in it is owed in full. */
function tokenOf(
  { asset, amount, price }: HeldToken,
  market: Market,
  kind: HealthKind,
  { tokens }: MangoHealthParameters,
): HealthToken {
  const own = tokens.get(asset);
  return {
    token: asset,
    price,
    balance: amount,
    assetWeight: own === undefined ? ZERO : ofKind(own.asset, kind),
    liabilityWeight: own === undefined ? ONE : ofKind(own.liability, kind),
    scaling: {
      depositsValue: (market.collateral.get(asset)?.platformAmount ?? ZERO).times(price),
      depositScaleStart: own?.depositScaleStart ?? ZERO,
      borrowsValue: ZERO,
      borrowScaleStart: ZERO,
    },
  };
}

/** What a position received less what it paid, settlement token. */
function quoteOf({ unrealisedPnl, size, mark }: ContractExposure): Decimal {
  return unrealisedPnl.minus(size.times(mark));
}

function perpOf(exposure: ContractExposure, kind: HealthKind, { perps, otherPerp }: MangoHealthParameters): HealthPerp {
  const { instrument, mark, size, buys, sells } = exposure;
  const own = perps.get(instrument.underlying) ?? otherPerp;
  return {
    market: instrument.id,
    price: mark,
    baseAssetWeight: ofKind(own.baseAsset, kind),
    baseLiabilityWeight: ofKind(own.baseLiability, kind),
    overallAssetWeight: ofKind(own.overallAsset, kind),
    settleToken: SETTLEMENT_ASSET,
    base: size,
    quote: quoteOf(exposure),
    bids: buys,
    asks: sells,
  };
}

function assess(portfolio: Portfolio, market: Market, parameters: MangoHealthParameters): ModelResult {
  const { cash, assets } = arrangeCollateral(portfolio.collateral, market);
  const tokens: readonly HeldToken[] = [
    { asset: SETTLEMENT_ASSET, amount: cash, price: stablePriceOf(market) },
    ...assets,
  ];
  const contracts = linearBookOf(portfolio, market);
  const accountAt = (kind: HealthKind): HealthAccount => ({
    tokens: tokens.map((token) => tokenOf(token, market, kind, parameters)),
    reservedOrders: [],
    perps: contracts.map((exposure) => perpOf(exposure, kind, parameters)),
  });
  const value = sum(tokens.map(({ amount, price }) => amount.times(price))).plus(
    sum(contracts.map(({ unrealisedPnl }) => unrealisedPnl)).times(stablePriceOf(market)),
  );
  const lines: ExplainLine[] = [{ code: 'unweighted-value', amount: value }];
  const required = (kind: HealthKind): Decimal => {
    const { health, lines: parts } = accountHealth(accountAt(kind), kind);
    lines.push(
      { code: `${kind}-health`, amount: health },
      ...parts.map(({ code, subject, amount, weight }) => ({
        code: `${kind}-${code}`,
        subject,
        amount,
        figures: { weight },
      })),
    );
    return value.minus(health);
  };
  return {
    value,
    requirements: {
      initial: required('init'),
      'liquidation-end': required('liquidationEnd'),
      maintenance: required('maint'),
    },
    lines,
  };
}

/**
 * Health: weighted assets less weighted debts, perpetual results in their settle token. Value is unweighted; a requirement is what the
 * weights take off it, so that value less requirement is the health of the level and negative health is a breach.
 */
export const mangoHealth: MarginModel<MangoHealthParameters> = {
  id: 'mango-health@1',
  title: 'Mango v4: weighted health at three levels',
  source: {
    text: 'blockworks-foundation/mango-v4 1303a4a1, initial weights of its tests; maintenance weights own',
    asOf: '2026-11-22',
  },
  levels: ['initial', 'liquidation-end', 'maintenance'],
  // While neither deposits nor borrows of the venue scale a weight.
  claims: ['positively-homogeneous', 'sub-additive'],
  defaultParameters: MANGO_HEALTH_DEFAULTS,
  readParameters: readMangoHealthParameters,
  assess,
};
