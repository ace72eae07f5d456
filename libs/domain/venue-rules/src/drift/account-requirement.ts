import { type Decimal, maxOf, minOf, ONE, sum, ZERO } from '@ballast/kernel';
import { floorTo, QUOTE_DECIMALS, truncateTo } from '../methodology/rounding-grid.js';
import {
  assetWeightAtSize,
  byRequirement,
  liabilityWeightAtSize,
  perpMarginRatio,
  type PerpRatios,
  RATIO_DECIMALS,
  type RequirementKind,
} from './size-weight.js';

/** Oracle price and its 5-minute average; strict valuation takes the worse of the two on each side. */
export interface OraclePrice {
  readonly price: Decimal;
  readonly average5min: Decimal;
}

export interface SpotMarketWeights {
  readonly initialAsset: Decimal;
  readonly maintenanceAsset: Decimal;
  readonly initialLiability: Decimal;
  readonly maintenanceLiability: Decimal;
  readonly imfFactor: Decimal;
}

/** Balance of a token and the orders that may change it. */
export interface SpotHolding {
  readonly market: string;
  readonly oracle: OraclePrice;
  readonly weights: SpotMarketWeights;
  /** Token units, negative = borrowed. */
  readonly balance: Decimal;
  /** Token units that open bids would add and open asks take away, both >= 0. */
  readonly openBids: Decimal;
  readonly openAsks: Decimal;
  readonly openOrders: Decimal;
}

export interface PerpHolding {
  readonly market: string;
  readonly oraclePrice: Decimal;
  readonly ratios: PerpRatios;
  /** Base units, negative = short. */
  readonly size: Decimal;
  /** Quote received less paid for the position, so that value plus it is the profit. */
  readonly quoteAmount: Decimal;
  readonly openBids: Decimal;
  readonly openAsks: Decimal;
  readonly openOrders: Decimal;
  readonly profitWeights: ProfitWeights;
}

/** How much of a profit that is not settled counts, in [0, 1]; losses count in full. */
export interface ProfitWeights {
  /** For new risk and for fills. */
  readonly initial: Decimal;
  readonly maintenance: Decimal;
}

export interface AccountHoldings {
  /** Quote balance, negative = borrowed. */
  readonly quoteBalance: Decimal;
  readonly quoteOracle: OraclePrice;
  readonly spots: readonly SpotHolding[];
  readonly perps: readonly PerpHolding[];
}

export interface RequirementContext {
  readonly kind: RequirementKind;
  readonly strict: boolean;
  readonly highLeverage: boolean;
  /** Least margin ratio that the user set for new risk; 0 = none. */
  readonly userMarginRatio: Decimal;
  /** Least margin ratio of whoever asks, for every kind of requirement; 0 = none. */
  readonly overrideMarginRatio: Decimal;
  /** Quote units per open order. */
  readonly openOrderMargin: Decimal;
  /** Most profit that counts towards an initial requirement, quote units. */
  readonly initialProfitCap: Decimal | null;
  /** Extra ratio that a liquidation restores, on liabilities and on losses; 0 outside liquidation. */
  readonly buffer: Decimal;
}

/** One figure that enters the requirement or the collateral, quote units. */
export interface AccountLine {
  readonly code:
    | 'quote-deposit'
    | 'quote-borrow'
    | 'spot-asset'
    | 'spot-liability'
    | 'order-cash'
    | 'open-orders'
    | 'perp-liability'
    | 'perp-pnl';
  readonly market: string;
  readonly requirement: Decimal;
  readonly collateral: Decimal;
  /** What the buffer of a liquidation adds to the requirement and (negative) to the collateral. */
  readonly bufferRequirement: Decimal;
  readonly bufferCollateral: Decimal;
}

export interface AccountMargin {
  readonly requirement: Decimal;
  readonly collateral: Decimal;
  readonly requirementWithBuffer: Decimal;
  readonly collateralWithBuffer: Decimal;
  readonly lines: readonly AccountLine[];
}

type Side = 'asset' | 'liability';

/** The worse of price and average for a side when valued strictly, else the price. */
function strictPrice({ price, average5min }: OraclePrice, side: Side, strict: boolean): Decimal {
  if (!strict) return price;
  return side === 'asset' ? minOf(price, average5min) : maxOf(price, average5min);
}

/** Value of a balance, floored (a debt away from zero), quote units. */
function balanceValue(balance: Decimal, oracle: OraclePrice, strict: boolean): Decimal {
  const price = strictPrice(oracle, balance.isNegative() ? 'liability' : 'asset', strict);
  return floorTo(balance.times(price), QUOTE_DECIMALS);
}

function lineOf(
  code: AccountLine['code'],
  market: string,
  figures: Partial<Omit<AccountLine, 'code' | 'market'>>,
): AccountLine {
  return {
    code,
    market,
    requirement: ZERO,
    collateral: ZERO,
    bufferRequirement: ZERO,
    bufferCollateral: ZERO,
    ...figures,
  };
}

/** A liability asks for its weighted value, and in a liquidation for the buffer on what it is worth. */
function liabilityLine(
  code: AccountLine['code'],
  market: string,
  weighted: Decimal,
  value: Decimal,
  { buffer }: RequirementContext,
): AccountLine {
  const bufferRequirement = truncateTo(value.abs().times(buffer), QUOTE_DECIMALS);
  return lineOf(code, market, { requirement: weighted.abs(), bufferRequirement });
}

/** Cash joins the side that its sign says. */
function cashLine(
  codes: readonly [AccountLine['code'], AccountLine['code']],
  market: string,
  value: Decimal,
  context: RequirementContext,
): AccountLine[] {
  if (value.isZero()) return [];
  if (value.gt(0)) return [lineOf(codes[0], market, { collateral: value })];
  return [liabilityLine(codes[1], market, value, value, context)];
}

/** The least margin ratio that was chosen: the user's own enters new risk only. */
function chosenMarginRatio({ kind, userMarginRatio, overrideMarginRatio }: RequirementContext): Decimal {
  return maxOf(kind === 'initial' ? userMarginRatio : ZERO, overrideMarginRatio);
}

interface OrderOutcome {
  readonly amount: Decimal;
  readonly value: Decimal;
  readonly weighted: Decimal;
  /** What the fills pay (negative) or bring, quote units. */
  readonly cash: Decimal;
}

function spotWeight(spot: SpotHolding, side: Side, amount: Decimal, kind: RequirementKind): Decimal {
  const { weights } = spot;
  return side === 'asset'
    ? assetWeightAtSize(byRequirement(kind, weights.initialAsset, weights.maintenanceAsset), amount, weights.imfFactor)
    : liabilityWeightAtSize(
        byRequirement(kind, weights.initialLiability, weights.maintenanceLiability),
        amount,
        weights.imfFactor,
      );
}

/** Value after the given orders fill at the dearer price, weighted toward zero. */
function spotOutcome(spot: SpotHolding, orders: Decimal, { kind, strict }: RequirementContext): OrderOutcome {
  const amount = spot.balance.plus(orders);
  const cash = floorTo(orders.neg().times(strictPrice(spot.oracle, 'liability', strict)), QUOTE_DECIMALS);
  const value = balanceValue(spot.balance, spot.oracle, strict).minus(cash);
  const side: Side = value.isNegative() ? 'liability' : 'asset';
  const weighted = truncateTo(value.times(spotWeight(spot, side, amount, kind)), QUOTE_DECIMALS);
  return { amount, value, weighted, cash };
}

/** All bids or all asks filled: whichever leaves less, the asks when alike. */
function worstSpotOutcome(spot: SpotHolding, context: RequirementContext): OrderOutcome {
  const asks = spotOutcome(spot, spot.openAsks.neg(), context);
  const bids = spotOutcome(spot, spot.openBids, context);
  return asks.weighted.plus(asks.cash).lte(bids.weighted.plus(bids.cash)) ? asks : bids;
}

/** A chosen ratio `r` asks for a liability weight of at least `1 + r` and leaves an asset weight of at most `1 - r`. */
function withChosenRatio(spot: SpotHolding, outcome: OrderOutcome, context: RequirementContext): OrderOutcome {
  const ratio = chosenMarginRatio(context);
  if (ratio.isZero() || outcome.value.isZero()) return outcome;
  const side: Side = outcome.value.isNegative() ? 'liability' : 'asset';
  const weight = spotWeight(spot, side, outcome.amount, context.kind);
  const chosen = side === 'liability' ? maxOf(weight, ONE.plus(ratio)) : minOf(weight, maxOf(ZERO, ONE.minus(ratio)));
  return { ...outcome, weighted: truncateTo(outcome.value.times(chosen), QUOTE_DECIMALS) };
}

function orderLines(market: string, openOrders: Decimal, { openOrderMargin }: RequirementContext): AccountLine[] {
  return openOrders.isZero() ? [] : [lineOf('open-orders', market, { requirement: openOrders.times(openOrderMargin) })];
}

function spotLines(spot: SpotHolding, context: RequirementContext): AccountLine[] {
  const { value, weighted, cash } = withChosenRatio(spot, worstSpotOutcome(spot, context), context);
  const tokens = value.isZero()
    ? []
    : value.gt(0)
      ? [lineOf('spot-asset', spot.market, { collateral: weighted })]
      : [liabilityLine('spot-liability', spot.market, weighted, value, context)];
  return [
    ...orderLines(spot.market, spot.openOrders, context),
    ...tokens,
    ...cashLine(['order-cash', 'order-cash'], spot.market, cash, context),
  ];
}

/** Size after all bids or all asks, whichever is larger without its sign. */
function worstSize({ size, openBids, openAsks }: Pick<PerpHolding, 'size' | 'openBids' | 'openAsks'>): Decimal {
  const bids = size.plus(openBids);
  const asks = size.minus(openAsks);
  return bids.abs().gt(asks.abs()) ? bids : asks;
}

/** Unsettled profit or loss at the oracle price, quote units. */
function perpPnl({
  size,
  quoteAmount,
  oraclePrice,
}: Pick<PerpHolding, 'size' | 'quoteAmount' | 'oraclePrice'>): Decimal {
  return truncateTo(size.times(oraclePrice), QUOTE_DECIMALS).plus(quoteAmount);
}

/** Share of a profit or the whole of a loss, in quote at its own price. */
function countedPnl(perp: PerpHolding, quoteOracle: OraclePrice, context: RequirementContext): Decimal {
  const pnl = perpPnl(perp);
  const { initial, maintenance } = perp.profitWeights;
  const weight = context.kind === 'maintenance' ? maintenance : initial;
  const weighted = pnl.gt(0) ? truncateTo(pnl.times(weight), QUOTE_DECIMALS) : pnl;
  const price = strictPrice(quoteOracle, pnl.gt(0) ? 'asset' : 'liability', context.strict);
  const valued = truncateTo(weighted.times(price), QUOTE_DECIMALS);
  const { kind, initialProfitCap } = context;
  return kind === 'initial' && initialProfitCap !== null ? minOf(valued, initialProfitCap) : valued;
}

function perpLines(perp: PerpHolding, quoteOracle: OraclePrice, context: RequirementContext): AccountLine[] {
  const size = worstSize(perp);
  const quotePrice = strictPrice(quoteOracle, 'liability', context.strict);
  const value = floorTo(floorTo(size.abs().times(perp.oraclePrice), QUOTE_DECIMALS).times(quotePrice), QUOTE_DECIMALS);
  const ratio = maxOf(
    chosenMarginRatio(context),
    perpMarginRatio(context.kind, size, perp.ratios, context.highLeverage),
  );
  const pnl = countedPnl(perp, quoteOracle, context);
  const bufferCollateral = truncateTo(minOf(pnl, ZERO).times(context.buffer), QUOTE_DECIMALS);
  return [
    liabilityLine('perp-liability', perp.market, floorTo(value.times(ratio), QUOTE_DECIMALS), value, context),
    ...orderLines(perp.market, perp.openOrders, context),
    ...(pnl.isZero() ? [] : [lineOf('perp-pnl', perp.market, { collateral: pnl, bufferCollateral })]),
  ];
}

/**
 * Requirement and collateral of an account of quote, spot balances and perpetuals, open orders by their worse side.
 * Ratios on 4 decimals, quote on 6; values are floored, so a debt is rounded away from zero.
 * @returns quote units (USD at the quote's own price)
 */
export function accountRequirement(account: AccountHoldings, context: RequirementContext): AccountMargin {
  const quoteValue = balanceValue(account.quoteBalance, account.quoteOracle, context.strict);
  const lines = [
    ...cashLine(['quote-deposit', 'quote-borrow'], 'quote', quoteValue, context),
    ...account.spots.flatMap((spot) => spotLines(spot, context)),
    ...account.perps.flatMap((perp) => perpLines(perp, account.quoteOracle, context)),
  ];
  const requirement = sum(lines.map((line) => line.requirement));
  const collateral = sum(lines.map((line) => line.collateral));
  return {
    requirement,
    collateral,
    requirementWithBuffer: requirement.plus(sum(lines.map((line) => line.bufferRequirement))),
    collateralWithBuffer: collateral.plus(sum(lines.map((line) => line.bufferCollateral))),
    lines,
  };
}

/** Ratio of collateral to what the positions are worth, floored; undefined without positions. */
export function marginRatioOf(collateral: Decimal, liabilityValue: Decimal): Decimal | undefined {
  return liabilityValue.isZero() ? undefined : floorTo(collateral.div(liabilityValue), RATIO_DECIMALS);
}
