import { roundAmount, ZERO, type Decimal } from '@ballast/kernel';
import type { CashStyle } from './contract-specification.js';
import { contractValue, valueDigits } from './contract-value.js';
import { InstrumentError } from './instrument-error.js';
import type { Instrument } from './instrument.js';

/**
 * A position at average cost. quantity: contracts, negative = short. cost: signed, settlement units, sum of q * V(entry)
 * of what is still open; of an inverse contract it is negative for a long.
 */
export interface AverageCostPosition {
  readonly quantity: Decimal;
  readonly cost: Decimal;
}

export const NO_POSITION: AverageCostPosition = { quantity: ZERO, cost: ZERO };

/** What a trade makes of a position. */
export interface TradeEffect {
  readonly position: AverageCostPosition;
  /** Exact realised profit of the closed part, settlement units. */
  readonly realised: Decimal;
  /** Signed quantity * value of a contract at the price, exact. */
  readonly value: Decimal;
}

/**
 * Applies a trade at average cost, whatever the kind of contract. Increasing adds its value to the cost. Reducing releases
 *   cost * closed / |quantity|, half-even to the digits of the contract (the whole cost when nothing is left),
 * and realises   closed value - released cost.   Beyond zero it is a full close, then an opening at the same price.
 *
 * Always   change of cost = value + realised,   exactly. Both sides of a trade have opposite values, so over a whole book
 * the sum of all costs is the sum of all realised profits. The average entry of an inverse contract comes out harmonic.
 *
 * @param signed contracts, negative = sold; not zero
 * @throws InstrumentError `bad-quantity`, `bad-price`
 * @see docs/spec/instruments.md CLR-INS-011 (W88)
 */
export function tradeAtAverageCost(
  instrument: Instrument,
  { quantity, cost }: AverageCostPosition,
  signed: Decimal,
  price: Decimal,
): TradeEffect {
  if (!signed.isFinite() || signed.isZero()) {
    throw new InstrumentError('bad-quantity', 'quantity', `${instrument.id}: a trade has a quantity other than 0`);
  }
  return tradeAtUnitValue(instrument, { quantity, cost }, signed, contractValue(instrument, price));
}

/**
 * The rule of `tradeAtAverageCost` at a value that is already known.
 * @param signed contracts, not zero
 * @param unit value of one contract, settlement units; zero too, at which a short may be deleveraged
 */
export function tradeAtUnitValue(
  instrument: Instrument,
  { quantity, cost }: AverageCostPosition,
  signed: Decimal,
  unit: Decimal,
): TradeEffect {
  const value = unit.times(signed);
  const after = quantity.plus(signed);
  if (quantity.isZero() || quantity.isNegative() === signed.isNegative()) {
    return { position: { quantity: after, cost: cost.plus(value) }, realised: ZERO, value };
  }
  if (signed.abs().lt(quantity.abs())) {
    const released = cost.times(signed.abs()).div(quantity.abs()).toDecimalPlaces(valueDigits(instrument));
    return { position: { quantity: after, cost: cost.minus(released) }, realised: value.neg().minus(released), value };
  }
  const closed = unit.times(quantity);
  return {
    position: after.isZero() ? NO_POSITION : { quantity: after, cost: value.plus(closed) },
    realised: closed.minus(cost),
    value,
  };
}

/**
 * Price of entry: cost / (q * size); of an inverse perpetual or future the harmonic average q * size / -cost.
 * @returns quote units per unit of the underlying (an option: its premium); null for no position
 */
export function averageEntryPrice(instrument: Instrument, { quantity, cost }: AverageCostPosition): Decimal | null {
  if (quantity.isZero()) return null;
  const size = quantity.times(instrument.contractSize);
  return instrument.settlement === 'inverse' && instrument.kind !== 'option' ? size.div(cost.neg()) : cost.div(size);
}

/**
 * Cash that a trade moves to the holder at once, settlement units, exact: the realised profit; against premium the
 * price itself, so minus the value.
 */
export function tradeCash(cashStyle: CashStyle, { realised, value }: TradeEffect): Decimal {
  return cashStyle === 'premium' ? value.neg() : realised;
}

/** The position that a trade leaves; against premium it has no cost, since its price is paid with the trade. */
export function positionLeft(cashStyle: CashStyle, { position }: TradeEffect): AverageCostPosition {
  return cashStyle === 'premium' ? { quantity: position.quantity, cost: ZERO } : position;
}

/**
 * What a position adds to equity at a mark, settlement units: unrealised profit q * V(mark) - cost; against premium
 * q * V(mark), since its price is already paid.
 */
export function worthInEquity(
  instrument: Instrument,
  cashStyle: CashStyle,
  { quantity, cost }: AverageCostPosition,
  mark: Decimal,
): Decimal {
  if (quantity.isZero()) return ZERO;
  const value = contractValue(instrument, mark).times(quantity);
  return cashStyle === 'premium' ? value : value.minus(cost);
}

/** One holder in a settlement of variation. */
export interface VariationLeg<Holder> {
  readonly holder: Holder;
  readonly position: AverageCostPosition;
  /** Settlement asset, whole minor units, negative = pays. */
  readonly variation: Decimal;
}

/**
 * Settles variation at a price: each holder gets q * V(price) - cost, rounded down to the minor unit, and the entry moves
 * to that price. What rounding leaves over goes to the rounding account: at most one minor unit per holder, never negative
 * as long as the costs of the book add up to zero.
 * @param minorUnitDigits of the settlement asset
 * @returns legs in the order given; `residue` makes the sum zero
 * @see docs/spec/instruments.md CLR-INS-012 (W90)
 */
export function settleVariation<Holder>(
  instrument: Instrument,
  minorUnitDigits: number,
  holdings: readonly { readonly holder: Holder; readonly position: AverageCostPosition }[],
  price: Decimal,
): { readonly legs: readonly VariationLeg<Holder>[]; readonly residue: Decimal } {
  const unit = contractValue(instrument, price);
  let residue = ZERO;
  const legs = holdings.map(({ holder, position: { quantity, cost } }) => {
    const value = unit.times(quantity);
    const variation = roundAmount(value.minus(cost), minorUnitDigits, 'credit');
    residue = residue.minus(variation);
    return { holder, position: { quantity, cost: value }, variation };
  });
  return { legs, residue };
}
