import { type Decimal, maxOf, ModelInputError, sum, ZERO } from '@ballast/kernel';
import type { RiskFactors } from './log-normal-risk.js';

/** Isolated mode: an owner chooses the share of traded value that a market has to be margined with, at least what the risk asks for. */
export interface IsolatedTerms {
  /** Share of traded value, above the greater risk factor and linear slippage together. */
  readonly marginFactor: Decimal;
  /** Order and position sizes are whole numbers; this many are one unit of the market. */
  readonly positionFactor: Decimal;
}

export interface IsolatedOrder {
  readonly side: 'buy' | 'sell';
  readonly size: Decimal;
  readonly price: Decimal;
}

/** A position change settles into one transfer between margin account and general (or order margin) account. */
export interface IsolatedTransfer {
  readonly direction: 'topup' | 'release' | 'none';
  readonly amount: Decimal;
}

export type IsolatedRejection = 'general-account-insufficient' | 'position-margin-not-above-initial';

export type SwitchToIsolated =
  | { readonly accepted: false; readonly reason: IsolatedRejection }
  | {
      readonly accepted: true;
      /** From the general account into the margin account; negative: back. */
      readonly marginTransfer: Decimal;
      /** From the general account into the order margin account; negative: back. */
      readonly orderMarginTransfer: Decimal;
    };

/** Margin of a position in isolated mode, rounded down: `|position| * average entry price * marginFactor / positionFactor`. */
export function isolatedPositionMargin(position: Decimal, averageEntryPrice: Decimal, terms: IsolatedTerms): Decimal {
  return margined(position.abs().times(averageEntryPrice), terms).floor();
}

/**
 * Margin of resting orders in isolated mode, the larger side, each rounded down:
 *   sum over the orders, best price first, of (size that does not reduce the position) * max(price, auctionPrice) * marginFactor / positionFactor
 * @param auctionPrice 0 in continuous trading
 */
export function isolatedOrderMargin(
  position: Decimal,
  orders: readonly IsolatedOrder[],
  auctionPrice: Decimal,
  terms: IsolatedTerms,
): Decimal {
  const buys = orders.filter(({ side }) => side === 'buy').sort((a, b) => b.price.cmp(a.price));
  const sells = orders.filter(({ side }) => side === 'sell').sort((a, b) => a.price.cmp(b.price));
  const buyNotional = increasingNotional(buys, maxOf(position.neg(), ZERO), auctionPrice);
  const sellNotional = increasingNotional(sells, maxOf(position, ZERO), auctionPrice);
  return maxOf(margined(buyNotional, terms).floor(), margined(sellNotional, terms).floor());
}

/** True if a margin factor may be chosen: it has to exceed `max(risk factor long, short) + linear slippage`. */
export function isolatedFactorAccepted(
  marginFactor: Decimal,
  riskFactors: RiskFactors,
  linearSlippage: Decimal,
): boolean {
  return marginFactor.gt(maxOf(riskFactors.long, riskFactors.short).plus(linearSlippage));
}

/**
 * What changing to isolated mode moves. The margin of the position and of all orders has to be there, and the margin of a
 * position has to exceed the initial margin that cross mode asks for it (without orders).
 * @param crossInitial of the position alone
 */
export function switchToIsolated(
  account: {
    readonly position: Decimal;
    readonly averageEntryPrice: Decimal;
    readonly orders: readonly IsolatedOrder[];
    readonly auctionPrice: Decimal;
    readonly marginBalance: Decimal;
    readonly orderMarginBalance: Decimal;
    readonly generalBalance: Decimal;
  },
  crossInitial: Decimal,
  terms: IsolatedTerms,
): SwitchToIsolated {
  const { position, averageEntryPrice, orders, auctionPrice, marginBalance, orderMarginBalance, generalBalance } =
    account;
  const unrounded = margined(position.abs().times(averageEntryPrice), terms);
  const orderMargin = isolatedOrderMargin(position, orders, auctionPrice, terms);
  const lacking = unrounded.plus(orderMargin).minus(marginBalance).minus(orderMarginBalance);
  if (lacking.gt(generalBalance)) return { accepted: false, reason: 'general-account-insufficient' };
  if (!unrounded.isZero() && unrounded.lte(crossInitial)) {
    return { accepted: false, reason: 'position-margin-not-above-initial' };
  }
  return {
    accepted: true,
    marginTransfer: unrounded.floor().minus(marginBalance),
    orderMarginTransfer: orderMargin.minus(orderMarginBalance),
  };
}

/**
 * What a change of position moves in isolated mode, rounded down:
 * - growing: tops up `traded value * marginFactor / positionFactor`;
 * - reducing: releases `(balance + (average traded price - mark) * |old| / positionFactor) * traded / |old|`, the average
 *   price and the bracket rounded down to whole units, never below nothing;
 * - crossing zero: everything is released and the part beyond zero is charged as growth.
 * @param markPrice read when a position is reduced
 * @throws ModelInputError `trades-empty`, `mark-price-missing`
 */
export function isolatedPositionChange(
  change: {
    readonly oldPosition: Decimal;
    readonly side: 'buy' | 'sell';
    /** In the order they happened; sizes positive. */
    readonly trades: readonly { readonly size: Decimal; readonly price: Decimal }[];
    readonly marginBalance: Decimal;
    readonly markPrice?: Decimal;
  },
  terms: IsolatedTerms,
): IsolatedTransfer {
  const { oldPosition, side, trades, marginBalance, markPrice } = change;
  const traded = sum(trades.map(({ size }) => size));
  if (!traded.gt(0)) throw new ModelInputError('trades-empty', 'trades', 'trades: give at least one of a size above 0');
  const newPosition = side === 'buy' ? oldPosition.plus(traded) : oldPosition.minus(traded);
  const value = sum(trades.map(({ size, price }) => size.times(price)));
  if (oldPosition.times(newPosition).lt(0)) {
    const charged = margined(valueBeyond(trades, oldPosition.abs()), terms).floor();
    return transferOf(charged.minus(marginBalance));
  }
  if (newPosition.abs().gt(oldPosition.abs())) return transferOf(margined(value, terms).floor());
  if (markPrice === undefined) {
    throw new ModelInputError('mark-price-missing', 'markPrice', 'markPrice: give the mark; reducing releases by it');
  }
  const averagePrice = value.div(traded).floor();
  const gained = averagePrice.minus(markPrice).times(oldPosition.abs()).div(terms.positionFactor);
  const theoretical = maxOf(ZERO, marginBalance.plus(gained).floor());
  return { direction: 'release', amount: theoretical.times(traded).div(oldPosition.abs()).floor() };
}

function margined(value: Decimal, { marginFactor, positionFactor }: IsolatedTerms): Decimal {
  return value.times(marginFactor).div(positionFactor);
}

function transferOf(lacking: Decimal): IsolatedTransfer {
  if (lacking.isZero()) return { direction: 'none', amount: ZERO };
  return { direction: lacking.gt(0) ? 'topup' : 'release', amount: lacking.abs() };
}

/** Value of the orders beyond the first `reducing` units, which only make a position smaller. */
function increasingNotional(orders: readonly IsolatedOrder[], reducing: Decimal, auctionPrice: Decimal): Decimal {
  const priced = orders.map(({ size, price }) => ({ size, price: maxOf(price, auctionPrice) }));
  return valueBeyond(priced, reducing);
}

/** Sum of size times price after leaving out the first `skipped` units. */
function valueBeyond(lots: readonly { readonly size: Decimal; readonly price: Decimal }[], skipped: Decimal): Decimal {
  let left = skipped;
  let value = ZERO;
  for (const { size, price } of lots) {
    const counted = maxOf(ZERO, size.minus(left));
    left = maxOf(ZERO, left.minus(size));
    value = value.plus(counted.times(price));
  }
  return value;
}
