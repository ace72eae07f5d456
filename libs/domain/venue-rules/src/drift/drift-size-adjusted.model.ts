import { dec, type Decimal, ONE, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  type AssetHolding,
  type ExplainLine,
  type MarginModel,
  type Market,
  type ModelResult,
  type Portfolio,
  stablePriceOf,
} from '@ballast/margin-models';
import { type ContractExposure, linearBookOf } from '../methodology/contract-book.js';
import {
  type AccountHoldings,
  type AccountLine,
  accountRequirement,
  type PerpHolding,
  type RequirementContext,
  type SpotHolding,
  type SpotMarketWeights,
} from './account-requirement.js';
import {
  DRIFT_SIZE_ADJUSTED_DEFAULTS,
  type DriftSizeAdjustedParameters,
  readDriftSizeAdjustedParameters,
} from './drift-size-adjusted.parameters.js';
import { depositScaledWeight } from './size-weight.js';

/** An asset without a market backs nothing, and a debt in it is owed in full. */
const UNWEIGHTED: SpotMarketWeights = {
  initialAsset: ZERO,
  maintenanceAsset: ZERO,
  initialLiability: ONE,
  maintenanceLiability: ONE,
  imfFactor: ZERO,
};

function spotHoldingOf(
  { asset, amount, price }: AssetHolding,
  market: Market,
  parameters: DriftSizeAdjustedParameters,
): SpotHolding {
  const { averagePrice, platformAmount } = market.collateral.get(asset) ?? {};
  const own = parameters.spots.get(asset);
  const weights =
    own === undefined
      ? UNWEIGHTED
      : {
          ...own,
          initialAsset: depositScaledWeight(own.initialAsset, own.scaleStartValue, platformAmount ?? ZERO, price),
        };
  return {
    market: asset,
    oracle: { price, average5min: averagePrice ?? price },
    weights,
    balance: amount,
    openBids: ZERO,
    openAsks: ZERO,
    openOrders: ZERO,
  };
}

function perpHoldingOf(
  { instrument, mark, size, unrealisedPnl, buys, sells, openOrders }: ContractExposure,
  parameters: DriftSizeAdjustedParameters,
): PerpHolding {
  return {
    market: instrument.id,
    oraclePrice: mark,
    ratios: parameters.perps.get(instrument.underlying) ?? parameters.otherPerp,
    size,
    quoteAmount: unrealisedPnl.minus(size.times(mark)),
    openBids: buys,
    openAsks: sells,
    openOrders: dec(openOrders),
    profitWeights: { initial: parameters.profitWeight, maintenance: parameters.profitWeight },
  };
}

function holdingsOf(portfolio: Portfolio, market: Market, parameters: DriftSizeAdjustedParameters): AccountHoldings {
  const { cash, assets } = arrangeCollateral(portfolio.collateral, market);
  const price = stablePriceOf(market);
  return {
    quoteBalance: cash,
    quoteOracle: { price, average5min: price },
    spots: assets.map((asset) => spotHoldingOf(asset, market, parameters)),
    perps: linearBookOf(portfolio, market).map((exposure) => perpHoldingOf(exposure, parameters)),
  };
}

function contextOf(kind: 'initial' | 'maintenance', parameters: DriftSizeAdjustedParameters): RequirementContext {
  const { highLeverage, userMarginRatio, openOrderMargin, initialProfitCap } = parameters;
  return {
    kind,
    strict: kind === 'initial',
    highLeverage,
    userMarginRatio,
    overrideMarginRatio: ZERO,
    openOrderMargin,
    initialProfitCap,
    buffer: ZERO,
  };
}

function explained(level: string, lines: readonly AccountLine[]): ExplainLine[] {
  return lines.map(({ code, market, requirement, collateral }) => ({
    code: `${level}-${code}`,
    subject: market,
    amount: requirement.isZero() ? collateral : requirement,
    figures: { requirement, collateral },
  }));
}

function assess(portfolio: Portfolio, market: Market, parameters: DriftSizeAdjustedParameters): ModelResult {
  const holdings = holdingsOf(portfolio, market, parameters);
  const initial = accountRequirement(holdings, contextOf('initial', parameters));
  const maintenance = accountRequirement(holdings, contextOf('maintenance', parameters));
  const surplus: Decimal = initial.collateral.minus(initial.requirement);
  return {
    value: maintenance.collateral,
    requirements: { initial: maintenance.collateral.minus(surplus), maintenance: maintenance.requirement },
    lines: [...explained('initial', initial.lines), ...explained('maintenance', maintenance.lines)],
  };
}

/**
 * Ratios that grow with the root of the size, assets that count less with size and with what the venue holds, orders by the worse side.
 * Value is collateral at maintenance weights; what initial weights, strict prices and the cap on profit take off it is part of
 * the initial requirement, so that value less requirement is the surplus at both levels.
 */
export const driftSizeAdjusted: MarginModel<DriftSizeAdjustedParameters> = {
  id: 'drift-size-adjusted@1',
  title: 'Drift v2: size-adjusted ratios and weights',
  source: { text: 'drift-labs/protocol-v2 0ae3e3b1, figures of its tests; other perpetuals own', asOf: '2026-04-30' },
  levels: ['initial', 'maintenance'],
  defaultParameters: DRIFT_SIZE_ADJUSTED_DEFAULTS,
  readParameters: readDriftSizeAdjustedParameters,
  assess,
};
