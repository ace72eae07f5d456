import { Decimal, ONE, ZERO, dec, maxOf, minOf, roundUsd, sum, type Asset } from '@ballast/kernel';
import type { AssessmentDetail, PositionRequirement, Side } from '@ballast/facts';
import { contractOf, type CloseableContract, type CloseableContracts } from '../closeable-contracts.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';

/** Digits of a bankruptcy price: a clearing price, no exchange price, so it need not be a whole tick. */
const PRICE_DIGITS = 8;

export interface BankruptcyPrice {
  readonly contract: CloseableContract;
  readonly side: Side;
  /** Contracts, > 0. */
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
  return roundUsd(dec(figures.equity).plus(maxOf(sum(haircuts), ZERO)), 'equity');
}

/**
 * Prices at which closing all positions leaves a loss-bearing equity of exactly zero, each position bearing its share pro rata to
 * its call requirement (dYdX rule); what has none, such as a hedge, is closed at its mark. Per contract in its settlement asset:
 *   linear, option   P_b = mark -/+ share / size                      (minus for a long, plus for a short)
 *   inverse          P_b = 1 / (1 / mark +/- share / size)
 * with share = equity * (call / all calls) / quantity / asset price. Rounded toward the house: up for a long, down for a short, so that
 * rounding leaves no loss behind. Never below zero nor, of an inverse contract, above `highestBankruptcyPrice` marks; what such a price
 * cannot pay stays uncovered.
 * @param assetPrice USD per unit of a settlement asset; one that is worth nothing pays nothing, so its contracts close at their marks
 * @see docs/spec/liquidation.md CLR-LIQ-025 (W79)
 */
export function bankruptcyPrices(
  assessment: AssessmentDetail,
  contracts: CloseableContracts,
  assetPrice: (asset: Asset) => Decimal,
  { highestBankruptcyPrice }: Pick<LiquidationPolicy, 'highestBankruptcyPrice'>,
): readonly BankruptcyPrice[] {
  const positions = assessment.positions.filter(({ quantity }) => !dec(quantity).isZero());
  const equity = lossBearingEquity(assessment);
  const weightOf = ({ call }: PositionRequirement): Decimal => maxOf(dec(call), ZERO);
  const totalWeight = sum(positions.map(weightOf));
  return positions.map((position) => {
    const { side } = position;
    const contract = contractOf(contracts, position.instrument);
    const quantity = dec(position.quantity).abs();
    const { contractSize, settlement, kind } = contract.instrument;
    const bearing = totalWeight.times(quantity).times(contractSize).times(assetPrice(contract.settlementAsset));
    const share = bearing.isZero() ? ZERO : equity.times(weightOf(position)).div(bearing);
    const mark = dec(position.mark);
    const price =
      settlement === 'inverse' && kind !== 'option'
        ? inversePrice(mark, side, share, highestBankruptcyPrice)
        : linearPrice(mark, side, share);
    const rounding = side === 'long' ? Decimal.ROUND_CEIL : Decimal.ROUND_FLOOR;
    return { contract, side, quantity, price: maxOf(price.toDecimalPlaces(PRICE_DIGITS, rounding), ZERO) };
  });
}

const linearPrice = (mark: Decimal, side: Side, share: Decimal): Decimal =>
  side === 'long' ? mark.minus(share) : mark.plus(share);

/** A coin's worth of loss may be more than any price can pay: then the highest price there is. */
function inversePrice(mark: Decimal, side: Side, share: Decimal, highestInMarks: Decimal): Decimal {
  // Without a share exactly the mark: 1 / (1 / mark) would not be. Without a mark no price says what a coin's worth is.
  if (share.isZero() || mark.lte(0)) return mark;
  const highest = mark.times(highestInMarks);
  const coin = side === 'long' ? ONE.div(mark).plus(share) : ONE.div(mark).minus(share);
  return coin.lte(0) ? highest : minOf(ONE.div(coin), highest);
}
