import { Decimal, ZERO, dec, maxOf, roundMoney, sum } from '@ballast/kernel';
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
 * Equity with all collateral at its full price, as if it were sold without loss: the haircut is a reserve for selling it, and
 * no loss of anybody yet. Only what is below zero here is lost; rounded down to the cent, like equity.
 *   loss-bearing equity = equity + sum(amount * price - value after haircut)
 */
export function lossBearingEquity({ figures, collateral }: AssessmentDetail): Decimal {
  const haircuts = collateral.map(({ amount, price, value }) => dec(amount).times(dec(price)).minus(dec(value)));
  return roundMoney(dec(figures.equity).plus(maxOf(sum(haircuts), ZERO)), 'USD', 'equity');
}

/**
 * Prices at which closing all positions leaves a loss-bearing equity of exactly zero, each position bearing its share pro rata to
 * its call requirement (dYdX rule):
 *   P_b = mark -/+ equity * (call / all calls) / quantity    (minus for a long, plus for a short)
 * Rounded toward the house: up for a long, down for a short, so that rounding leaves no loss behind. Never negative; what a
 * price of zero cannot pay stays uncovered.
 * @see docs/spec/liquidation.md (W79)
 */
export function bankruptcyPrices(assessment: AssessmentDetail): readonly BankruptcyPrice[] {
  const { positions } = assessment;
  const equity = lossBearingEquity(assessment);
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
