import type { InstrumentId, PositionFigures, TradeSide } from '@ballast/facts';
import { dec, text, ZERO, type Decimal } from '@ballast/kernel';

/**
 * A position at average cost. quantity: base units, negative = short. cost: signed USD; average entry = cost / quantity.
 */
export interface Position {
  readonly quantity: Decimal;
  readonly cost: Decimal;
}

export const FLAT: Position = { quantity: ZERO, cost: ZERO };

/**
 * Digits after the point up to which a price per base unit counts, and to which a released cost is rounded. With
 * quantities of 8 digits every value is then a whole multiple of 1e-20: exact in 40 digits up to 1e20 USD.
 */
export const COST_DIGITS = 12;

/** What a trade makes of a position. */
export interface Traded {
  readonly position: Position;
  /** Exact realised profit of the closed part, USD, no rounding to cents. */
  readonly realised: Decimal;
  /** Signed quantity * price: what the trade is worth, USD, exact. */
  readonly value: Decimal;
}

/** Base units with the sign of the trade: a sale is negative. */
export const signedQuantity = (side: TradeSide, quantity: Decimal): Decimal =>
  side === 'buy' ? quantity : quantity.neg();

/**
 * Signed value of a trade = signed quantity * price (to 12 digits), USD, exact: linear in the quantity, so the values
 * of both sides cancel also when one side is booked in several parts.
 */
export const tradedValue = (signed: Decimal, price: Decimal): Decimal =>
  signed.times(price.decimalPlaces() > COST_DIGITS ? price.toDecimalPlaces(COST_DIGITS) : price);

/**
 * Applies a trade at average cost. Increasing adds its value to the cost. Reducing releases
 *   cost * closed / |quantity|, half-even to 12 digits (the whole cost when nothing is left),
 * and realises   closed value - released cost.   Beyond zero it is a full close and then an opening at the same price.
 *
 * For every trade   change of cost = value + realised,   exactly. Therefore, over both sides of all trades,
 * the sum of all costs is the sum of all realised profits: the identity that the invariants hold against `house/pnl`.
 *
 * @param signed base units, negative = sold; not zero
 * @param price  USD per base unit, > 0
 */
export function applyTrade({ quantity, cost }: Position, signed: Decimal, price: Decimal): Traded {
  const value = tradedValue(signed, price);
  const after = quantity.plus(signed);
  if (quantity.isZero() || quantity.isNegative() === signed.isNegative()) {
    return { position: { quantity: after, cost: cost.plus(value) }, realised: ZERO, value };
  }
  if (signed.abs().lt(quantity.abs())) {
    const released = cost.times(signed.abs()).div(quantity.abs()).toDecimalPlaces(COST_DIGITS);
    return { position: { quantity: after, cost: cost.minus(released) }, realised: value.neg().minus(released), value };
  }
  // Nothing is left of the old position: all of its cost goes, and what is beyond zero opens at this price.
  const closedValue = tradedValue(quantity, price);
  const opened = value.plus(closedValue);
  return {
    position: after.isZero() ? FLAT : { quantity: after, cost: opened },
    realised: closedValue.minus(cost),
    value,
  };
}

/** Unrealised P&L at a mark = quantity * mark - cost, USD, exact. */
export const unrealisedPnl = ({ quantity, cost }: Position, mark: Decimal): Decimal => quantity.times(mark).minus(cost);

/** USD per base unit; null for no position. */
export const averageEntry = ({ quantity, cost }: Position): Decimal | null =>
  quantity.isZero() ? null : cost.div(quantity);

export const figuresOf = (instrument: InstrumentId, { quantity, cost }: Position): PositionFigures => ({
  instrument,
  quantity: text(quantity),
  cost: text(cost),
});

export const positionOf = ({ quantity, cost }: PositionFigures): Position => ({
  quantity: dec(quantity),
  cost: dec(cost),
});
