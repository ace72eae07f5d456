import { type Decimal, maxOf, minOf, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import { floorTo, QUOTE_DECIMALS, truncateTo } from '../methodology/rounding-grid.js';
import { type AccountMargin, accountRequirement, marginRatioOf, type ProfitWeights } from './account-requirement.js';
import { freeableShare, type LiquidationPace, SMALL_AMOUNT } from './pacing.js';
import { BASE_DECIMALS, perpMarginRatio, type PerpRatios } from './size-weight.js';
import {
  perpInsuranceFee,
  type PerpShortage,
  sizeToCoverShortage,
  type TransferSize,
  UNLIMITED,
} from './transfer-sizing.js';

/** A liquidation judges by the maintenance level, at which profits count in full. */
const WHOLE_PROFIT: ProfitWeights = { initial: ONE, maintenance: ONE };

/** A perpetual position as the liquidation finds it. */
export interface PerpPosition {
  /** Base units, negative = short. */
  readonly size: Decimal;
  /** Quote received less paid, fees included. */
  readonly quoteAmount: Decimal;
  /** Quote received less paid at entry, without fees. */
  readonly entryQuoteAmount: Decimal;
  /** Base units, both >= 0. */
  readonly openBids: Decimal;
  readonly openAsks: Decimal;
  readonly openOrders: Decimal;
}

export interface LiquidatedAccount {
  readonly quoteBalance: Decimal;
  readonly position: PerpPosition;
  /** Present while a liquidation is under way. */
  readonly liquidation: { readonly enteredAtSlot: Decimal; readonly marginFreed: Decimal } | null;
}

export interface LiquidationMarket {
  readonly oraclePrice: Decimal;
  readonly quotePrice: Decimal;
  readonly ratios: PerpRatios;
  readonly highLeverage: boolean;
  readonly liquidatorFee: Decimal;
  readonly maxInsuranceFee: Decimal;
  /** Lot of the base asset. */
  readonly stepSize: Decimal;
}

export interface LiquidationRule {
  /** Added to the maintenance ratio that a liquidation restores. */
  readonly bufferRatio: Decimal;
  readonly openOrderMargin: Decimal;
  readonly pace: LiquidationPace;
  /** False for an isolated position, which is liquidated at once. */
  readonly paced: boolean;
}

/** What a step moved: nothing when it only cancelled orders or left the liquidation. */
export interface LiquidationTransfer {
  /** Base units that the liquidator took over, signed as the position was. */
  readonly liquidatorSize: Decimal;
  readonly liquidatorQuote: Decimal;
  readonly insuranceFundDelta: Decimal;
}

export type LiquidationOutcome =
  'sufficient-collateral' | 'left' | 'left-after-cancelling' | 'nothing-to-transfer' | 'transferred' | 'covered';

export interface LiquidationStep {
  readonly outcome: LiquidationOutcome;
  readonly account: LiquidatedAccount;
  readonly transfer: LiquidationTransfer;
}

const NO_TRANSFER: LiquidationTransfer = { liquidatorSize: ZERO, liquidatorQuote: ZERO, insuranceFundDelta: ZERO };

/** Maintenance requirement and collateral of the account, with the buffer that a liquidation restores. */
export function liquidationMargin(
  { quoteBalance, position }: LiquidatedAccount,
  market: LiquidationMarket,
  rule: LiquidationRule,
): AccountMargin {
  const { oraclePrice, quotePrice, ratios, highLeverage } = market;
  return accountRequirement(
    {
      quoteBalance,
      quoteOracle: { price: quotePrice, average5min: quotePrice },
      spots: [],
      perps: [{ market: 'perp', oraclePrice, ratios, profitWeights: WHOLE_PROFIT, ...position }],
    },
    {
      kind: 'maintenance',
      strict: false,
      highLeverage,
      userMarginRatio: ZERO,
      overrideMarginRatio: ZERO,
      openOrderMargin: rule.openOrderMargin,
      initialProfitCap: null,
      buffer: rule.bufferRatio,
    },
  );
}

/** What is lacking to the buffered requirement, quote units, >= 0. */
function shortageOf({ requirementWithBuffer, collateralWithBuffer }: AccountMargin): Decimal {
  return maxOf(ZERO, requirementWithBuffer.minus(collateralWithBuffer));
}

function holdsBuffer({ requirementWithBuffer, collateralWithBuffer }: AccountMargin): boolean {
  return collateralWithBuffer.gte(requirementWithBuffer);
}

/** Share of the shortage that this position's requirement causes, beside a debt in quote; floored. */
function shortageOfPosition(shortage: Decimal, { lines, requirementWithBuffer }: AccountMargin): Decimal {
  const others = lines.filter(({ code }) => code === 'quote-borrow');
  if (others.length === 0) return shortage;
  const own = others.reduce(
    (rest, line) => rest.minus(line.requirement).minus(line.bufferRequirement),
    requirementWithBuffer,
  );
  return floorTo(shortage.times(own).div(requirementWithBuffer), QUOTE_DECIMALS);
}

function roundUpToStep(amount: TransferSize, step: Decimal): TransferSize {
  return amount === UNLIMITED ? amount : amount.div(step).ceil().times(step);
}

const within = (amount: TransferSize, limit: Decimal): Decimal => (amount === UNLIMITED ? limit : minOf(amount, limit));

/** What `share` of the covering size allows, floored to base units; nothing limits an unlimited size. */
function allowedSize(cover: TransferSize, share: Decimal): TransferSize {
  if (share.isZero()) return ZERO;
  return cover === UNLIMITED ? cover : floorTo(cover.times(share), BASE_DECIMALS);
}

function withoutOrders(account: LiquidatedAccount): LiquidatedAccount {
  return { ...account, position: { ...account.position, openBids: ZERO, openAsks: ZERO, openOrders: ZERO } };
}

function withMarginFreed(account: LiquidatedAccount, freed: Decimal): LiquidatedAccount {
  const { liquidation } = account;
  if (liquidation === null) return account;
  return { ...account, liquidation: { ...liquidation, marginFreed: liquidation.marginFreed.plus(maxOf(ZERO, freed)) } };
}

const left = (account: LiquidatedAccount): LiquidatedAccount => ({ ...account, liquidation: null });

/** Takes `amount` (>= 0) of the position at the oracle price; the user pays both fees, the entry falls in proportion. */
function transferTo(
  { position, ...account }: LiquidatedAccount,
  amount: Decimal,
  { oraclePrice, liquidatorFee }: LiquidationMarket,
  insuranceFee: Decimal,
): { readonly account: LiquidatedAccount; readonly transfer: LiquidationTransfer } {
  const value = floorTo(amount.times(oraclePrice), QUOTE_DECIMALS);
  const feeToLiquidator = floorTo(value.times(liquidatorFee), QUOTE_DECIMALS);
  const feeToFund = floorTo(value.times(insuranceFee), QUOTE_DECIMALS);
  const short = position.size.isNegative();
  const signed = short ? amount.neg() : amount;
  const proceeds = short ? value.neg() : value;
  const entryClosed = truncateTo(position.entryQuoteAmount.times(amount).div(position.size.abs()), QUOTE_DECIMALS);
  return {
    account: {
      ...account,
      position: {
        ...position,
        size: position.size.minus(signed),
        quoteAmount: position.quoteAmount.plus(proceeds).minus(feeToLiquidator).minus(feeToFund),
        entryQuoteAmount: position.entryQuoteAmount.minus(entryClosed),
      },
    },
    transfer: {
      liquidatorSize: signed,
      liquidatorQuote: proceeds.neg().plus(feeToLiquidator),
      insuranceFundDelta: feeToFund,
    },
  };
}

/**
 * One call of a liquidator on an account of quote and one perpetual:
 * 1. An account that holds its maintenance requirement is refused; one under liquidation that holds the buffered one leaves.
 * 2. Orders are cancelled; what that frees counts, and may end it.
 * 3. The size that covers the buffered shortage after fees is rounded up to the step; the pace allows a share of it, a
 *    position of 50 quote or less goes in one piece, and the liquidator's own limit applies.
 * 4. The liquidation is over when the covering size was transferred; the margin freed is forgotten then.
 * @param liquidatorMaxBase base units that the liquidator takes at most, rounded down to the step
 * @throws ModelInputError `liquidator-limit-below-step`, `step-size-not-positive`
 */
export function liquidatePerp(
  account: LiquidatedAccount,
  market: LiquidationMarket,
  rule: LiquidationRule,
  slot: Decimal,
  liquidatorMaxBase: Decimal,
): LiquidationStep {
  if (!market.stepSize.gt(0)) {
    throw new ModelInputError(
      'step-size-not-positive',
      'stepSize',
      'stepSize: is not above zero; give the lot of the market',
    );
  }
  const margin = liquidationMargin(account, market, rule);
  if (account.liquidation === null) {
    if (margin.collateral.gte(margin.requirement)) {
      return { outcome: 'sufficient-collateral', account, transfer: NO_TRANSFER };
    }
  } else if (holdsBuffer(margin)) {
    return { outcome: 'left', account: left(account), transfer: NO_TRANSFER };
  }
  const entered = { ...account, liquidation: account.liquidation ?? { enteredAtSlot: slot, marginFreed: ZERO } };
  const cancelled = withoutOrders(entered);
  const marginAfter = liquidationMargin(cancelled, market, rule);
  if (holdsBuffer(marginAfter)) {
    return { outcome: 'left-after-cancelling', account: left(cancelled), transfer: NO_TRANSFER };
  }
  const current = withMarginFreed(cancelled, shortageOf(margin).minus(shortageOf(marginAfter)));
  return transferPaced(current, marginAfter, market, rule, slot, liquidatorMaxBase);
}

function transferPaced(
  account: LiquidatedAccount,
  margin: AccountMargin,
  market: LiquidationMarket,
  rule: LiquidationRule,
  slot: Decimal,
  liquidatorMaxBase: Decimal,
): LiquidationStep {
  const nothing: LiquidationStep = { outcome: 'nothing-to-transfer', account, transfer: NO_TRANSFER };
  const { position, liquidation } = account;
  if (position.size.isZero() || liquidation === null) return nothing;
  const { stepSize, ratios, highLeverage, oraclePrice } = market;
  const limit = liquidatorMaxBase.div(stepSize).floor().times(stepSize);
  if (limit.lte(0)) {
    const message = `liquidatorMaxBase: ${liquidatorMaxBase.toFixed()} is below one step of ${stepSize.toFixed()}; give at least that`;
    throw new ModelInputError('liquidator-limit-below-step', 'liquidatorMaxBase', message);
  }
  const size = position.size.abs();
  const marginShortage = shortageOf(margin);
  const shortage: PerpShortage = {
    ...market,
    marginShortage,
    marginRatio: perpMarginRatio('maintenance', size, ratios, highLeverage).plus(rule.bufferRatio),
  };
  const ownShortage = { ...shortage, marginShortage: shortageOfPosition(marginShortage, margin) };
  const insuranceFee = perpInsuranceFee(ownShortage, size, market.maxInsuranceFee);
  const cover = roundUpToStep(sizeToCoverShortage(shortage, insuranceFee), stepSize);
  const elapsed = slot.minus(liquidation.enteredAtSlot);
  const share = rule.paced ? freeableShare(marginShortage, liquidation.marginFreed, elapsed, rule.pace) : ONE;
  const allowed = allowedSize(cover, share);
  if (allowed !== UNLIMITED && allowed.isZero()) return nothing;
  const small = floorTo(size.times(oraclePrice), QUOTE_DECIMALS).lte(SMALL_AMOUNT);
  const amount = minOf(small ? size : within(allowed, size), limit);
  const lots = within(roundUpToStep(amount, stepSize), size);
  const moved = transferTo(account, lots, market, insuranceFee);
  const freed = marginShortage.minus(shortageOf(liquidationMargin(moved.account, market, rule)));
  if (cover !== UNLIMITED && lots.gte(cover))
    return { outcome: 'covered', account: left(moved.account), transfer: moved.transfer };
  return { outcome: 'transferred', account: withMarginFreed(moved.account, freed), transfer: moved.transfer };
}

/** Collateral over the value of the position at the oracle price, floored to 4 decimals; undefined without a position. */
export function marginRatioAfter(
  account: LiquidatedAccount,
  market: LiquidationMarket,
  rule: LiquidationRule,
): Decimal | undefined {
  const value = floorTo(account.position.size.abs().times(market.oraclePrice), QUOTE_DECIMALS);
  return marginRatioOf(liquidationMargin(account, market, rule).collateral, value);
}
