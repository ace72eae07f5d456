import { maxOf, ZERO, type Decimal } from '@ballast/kernel';
import { InstrumentError } from './instrument-error.js';
import type { Instrument, Option } from './instrument.js';

/** Digits after the point of a value in dollars, and of one in coin: what one contract is worth is rounded to these. */
const LINEAR_VALUE_DIGITS = 12;
const INVERSE_VALUE_DIGITS = 18;

export const valueDigits = ({ settlement }: Instrument): number =>
  settlement === 'linear' ? LINEAR_VALUE_DIGITS : INVERSE_VALUE_DIGITS;

/**
 * Value of one contract at a price, so that profit is the change of value whatever the kind:
 *   linear perpetual, future   size * price                 quote units
 *   inverse perpetual, future  - size / price               coin (only differences mean anything)
 *   option                     size * premium               quote units, or coin if coin-settled
 * Rounded once, half-even, per contract: the values of both sides of a trade cancel exactly.
 * @param price quote units per unit of the underlying, > 0; of an option its premium, >= 0
 * @throws InstrumentError `bad-price`
 * @see docs/spec/instruments.md CLR-INS-010
 */
export function contractValue(instrument: Instrument, price: Decimal): Decimal {
  const premium = instrument.kind === 'option';
  if (!price.isFinite() || price.isNegative() || (price.isZero() && !premium)) {
    const range = premium ? 'a premium is 0 or more' : 'a price is above 0';
    throw new InstrumentError('bad-price', 'price', `${instrument.id}: ${price.toFixed()} is no price; ${range}`);
  }
  const value =
    premium || instrument.settlement === 'linear'
      ? instrument.contractSize.times(price)
      : instrument.contractSize.div(price).neg();
  return value.toDecimalPlaces(valueDigits(instrument));
}

/**
 * Profit of a position between two prices: q * (V(exit) - V(entry)), settlement units, exact in the rounded values.
 * Linear: q * size * (exit - entry). Inverse: q * size * (1 / entry - 1 / exit).
 * @param quantity contracts, negative = short
 * @throws InstrumentError `bad-quantity`, `bad-price`
 * @see docs/spec/instruments.md CLR-INS-010 (W87)
 */
export function profit(instrument: Instrument, quantity: Decimal, entry: Decimal, exit: Decimal): Decimal {
  requireQuantity(instrument, quantity);
  return contractValue(instrument, exit).minus(contractValue(instrument, entry)).times(quantity);
}

function requireQuantity({ id }: Instrument, quantity: Decimal): void {
  if (quantity.isFinite()) return;
  throw new InstrumentError('bad-quantity', 'quantity', `${id}: ${quantity.toFixed()} is no number of contracts`);
}

/**
 * Notional of a position in quote units, >= 0: |q| * size * price of the underlying; for an inverse perpetual or
 * future |q| * size, at every price.
 * @param underlyingPrice mark of the perpetual or future itself; for an option its forward or index
 * @throws InstrumentError `bad-quantity`, `bad-price`
 */
export function notional(instrument: Instrument, quantity: Decimal, underlyingPrice: Decimal): Decimal {
  requireQuantity(instrument, quantity);
  if (!underlyingPrice.isFinite() || underlyingPrice.isNegative()) {
    const message = `${instrument.id}: ${underlyingPrice.toFixed()} is no price; the underlying costs 0 or more`;
    throw new InstrumentError('bad-price', 'underlyingPrice', message);
  }
  const size = quantity.abs().times(instrument.contractSize);
  return instrument.settlement === 'inverse' && instrument.kind !== 'option' ? size : size.times(underlyingPrice);
}

/**
 * What one option contract pays at expiry, settlement units:
 *   call  size * max(S - K, 0),  put  size * max(K - S, 0);  coin-settled: divided by S, 18 digits half-even
 * @param deliveryPrice S, quote units per unit of the underlying, > 0
 */
export function optionPayoff(option: Option, deliveryPrice: Decimal): Decimal {
  if (!deliveryPrice.isFinite() || deliveryPrice.lte(ZERO)) {
    throw new InstrumentError('bad-price', 'deliveryPrice', `${option.id}: a delivery price is above 0`);
  }
  const inTheMoney = option.type === 'call' ? deliveryPrice.minus(option.strike) : option.strike.minus(deliveryPrice);
  const quote = maxOf(inTheMoney, ZERO).times(option.contractSize);
  return (option.settlement === 'linear' ? quote : quote.div(deliveryPrice)).toDecimalPlaces(valueDigits(option));
}

/** Value of one contract at its delivery: an option pays off, a future is worth its delivery price. */
export function deliveredValue(instrument: Instrument, deliveryPrice: Decimal): Decimal {
  return instrument.kind === 'option'
    ? optionPayoff(instrument, deliveryPrice)
    : contractValue(instrument, deliveryPrice);
}
