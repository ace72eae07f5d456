import { Decimal, ZERO, dec, maxOf, sum } from '@ballast/kernel';
import type { AssessmentDetail, InstrumentId, Side } from '@ballast/facts';

/** Digits of a bankruptcy price: a clearing price, no exchange price, so it need not be a whole tick. */
const PRICE_DIGITS = 8;

export interface BankruptcyPrice {
  readonly instrument: InstrumentId;
  readonly side: Side;
  /** Base units, > 0. */
  readonly quantity: Decimal;
  readonly price: Decimal;
}

/**
 * Prices at which closing all positions leaves an equity of exactly zero, each position bearing its share pro rata to
 * its call requirement (dYdX rule):
 *   P_b = mark -/+ equity * (call / all calls) / quantity    (minus for a long, plus for a short)
 * Rounded toward the house: up for a long, down for a short, so that rounding leaves no loss behind. Never negative; what a
 * price of zero cannot pay stays uncovered.
 * @see docs/spec/liquidation.md (W79)
 */
export function bankruptcyPrices({ figures, positions }: AssessmentDetail): readonly BankruptcyPrice[] {
  const equity = dec(figures.equity);
  const totalCall = sum(positions.map(({ call }) => dec(call)));
  return positions.map(({ instrument, side, quantity, mark, call }) => {
    const size = dec(quantity).abs();
    const equityPerUnit = equity.times(dec(call)).div(totalCall.times(size));
    const price =
      side === 'long'
        ? dec(mark).minus(equityPerUnit).toDecimalPlaces(PRICE_DIGITS, Decimal.ROUND_CEIL)
        : dec(mark).plus(equityPerUnit).toDecimalPlaces(PRICE_DIGITS, Decimal.ROUND_FLOOR);
    return { instrument, side, quantity: size, price: maxOf(price, ZERO) };
  });
}
