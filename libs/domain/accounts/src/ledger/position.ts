import {
  contractValue,
  NO_POSITION,
  tradeAtUnitValue,
  tradeCash,
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
 * Applies a trade: at average cost by the rule of the instruments; against premium the cost stays zero and the value itself is paid.
 *
 * For every trade   change of cost = value + cash,   exactly. Therefore, over both sides of all trades, the sum of all
 * costs is the sum of all cash: the identity that the invariants hold against `house/pnl`.
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
  if (cashStyle === 'premium') {
    const after = quantity.plus(signed);
    const value = signed.times(unit);
    return {
      position: after.isZero() ? FLAT : { quantity: after, cost: ZERO },
      realised: ZERO,
      cash: value.neg(),
      value,
    };
  }
  const effect = tradeAtUnitValue(instrument, { quantity, cost }, signed, unit);
  return { ...effect, cash: tradeCash(cashStyle, effect) };
}

export const figuresOf = (instrument: InstrumentId, { quantity, cost }: Position): PositionFigures => ({
  instrument,
  quantity: text(quantity),
  cost: text(cost),
});

export const positionOf = ({ quantity, cost }: PositionFigures): Position => ({
  quantity: dec(quantity),
  cost: dec(cost),
});
