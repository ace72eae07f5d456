import {
  contractValue,
  NO_POSITION,
  valueDigits,
  type AverageCostPosition,
  type ContractSpecification,
  type Instrument,
} from '@ballast/instruments';
import type { InstrumentId, PositionFigures, TradeSide } from '@ballast/facts';
import { dec, text, ZERO, type Decimal } from '@ballast/kernel';

/**
 * A position at average cost. quantity: contracts (of a linear perpetual base units), negative = short. cost: signed, in
 * the settlement asset; always zero against premium, whose price was paid at the trade.
 */
export type Position = AverageCostPosition;

export const FLAT: Position = NO_POSITION;

/** What a trade makes of a position. */
export interface Traded {
  readonly position: Position;
  /** Exact realised profit of the closed part, settlement asset, not rounded to minor units; zero against premium. */
  readonly realised: Decimal;
  /** What the holder is paid at once, settlement asset, exact: the realised profit; against premium minus the value. */
  readonly cash: Decimal;
  /** Signed quantity * value of a contract: what the trade is worth, settlement asset, exact. */
  readonly value: Decimal;
}

/** Contracts with the sign of the trade: a sale is negative. */
export const signedQuantity = (side: TradeSide, quantity: Decimal): Decimal =>
  side === 'buy' ? quantity : quantity.neg();

/**
 * Value of one contract at a price, settlement asset. Other than the instruments' `contractValue` it has one at a price of zero,
 * at which a short may be deleveraged; a linear contract is worth nothing there, an inverse one has no such price.
 */
const unitValue = (instrument: Instrument, price: Decimal): Decimal =>
  price.isZero() && instrument.settlement === 'linear' ? ZERO : contractValue(instrument, price);

/**
 * Signed value of a trade = signed quantity * value of a contract, exact: linear in the quantity, so the values of both
 * sides cancel also when one side is booked in several parts.
 */
export const tradedValue = (instrument: Instrument, signed: Decimal, price: Decimal): Decimal =>
  signed.times(unitValue(instrument, price));

/**
 * Applies a trade at average cost. Increasing adds its value to the cost. Reducing releases
 *   cost * closed / |quantity|, half-even to the digits of the contract (the whole cost when nothing is left),
 * and realises   closed value - released cost.   Beyond zero it is a full close and then an opening at the same price.
 * Against premium the cost stays zero and the value itself is paid.
 *
 * For every trade   change of cost = value + cash,   exactly. Therefore, over both sides of all trades, the sum of all
 * costs is the sum of all cash: the identity that the invariants hold against `house/pnl`.
 * It is `tradeAtAverageCost` of the instruments wherever that is defined; the spec holds the two together.
 *
 * @param signed contracts, negative = sold; not zero
 * @param price  as the contract is quoted, > 0; zero at a deleveraging of a linear contract
 */
export function applyTrade(
  { instrument, cashStyle }: ContractSpecification,
  { quantity, cost }: Position,
  signed: Decimal,
  price: Decimal,
): Traded {
  const unit = unitValue(instrument, price);
  const value = signed.times(unit);
  const after = quantity.plus(signed);
  if (cashStyle === 'premium') {
    return { position: heldAt(after, ZERO), realised: ZERO, cash: value.neg(), value };
  }
  if (quantity.isZero() || quantity.isNegative() === signed.isNegative()) {
    return { position: heldAt(after, cost.plus(value)), realised: ZERO, cash: ZERO, value };
  }
  if (signed.abs().lt(quantity.abs())) {
    const released = cost.times(signed.abs()).div(quantity.abs()).toDecimalPlaces(valueDigits(instrument));
    const realised = value.neg().minus(released);
    return { position: heldAt(after, cost.minus(released)), realised, cash: realised, value };
  }
  // Nothing is left of the old position: all of its cost goes, and what is beyond zero opens at this price.
  const closedValue = quantity.times(unit);
  const realised = closedValue.minus(cost);
  return { position: heldAt(after, value.plus(closedValue)), realised, cash: realised, value };
}

const heldAt = (quantity: Decimal, cost: Decimal): Position => (quantity.isZero() ? FLAT : { quantity, cost });

export const figuresOf = (instrument: InstrumentId, { quantity, cost }: Position): PositionFigures => ({
  instrument,
  quantity: text(quantity),
  cost: text(cost),
});

export const positionOf = ({ quantity, cost }: PositionFigures): Position => ({
  quantity: dec(quantity),
  cost: dec(cost),
});
