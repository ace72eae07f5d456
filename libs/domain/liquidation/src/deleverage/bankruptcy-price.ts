import { Decimal, ONE, ZERO, compareText, dec, maxOf, minOf, roundUsd, sum, text, type Asset } from '@ballast/kernel';
import type { AssessmentDetail, LiquidationEvents, PositionRequirement, Side } from '@ballast/facts';
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
 * its maintenance requirement (dYdX rule); what has none, such as a hedge, is closed at its mark. Per contract in its settlement asset:
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
  const weightOf = ({ maintenance }: PositionRequirement): Decimal => maxOf(dec(maintenance), ZERO);
  const totalWeight = sum(positions.map(weightOf));
  return positions.map((position) => {
    const contract = contractOf(contracts, position.instrument);
    const quantity = dec(position.quantity).abs();
    const share = totalWeight.isZero() ? ZERO : equity.times(weightOf(position)).div(totalWeight);
    const terms = settlementTerms(contract, assetPrice);
    const price = priceOfShare(terms, position, share, quantity, highestBankruptcyPrice);
    return { contract, side: position.side, quantity, price };
  });
}

/** What a price of a contract is worth in USD. */
export interface SettlementTerms {
  readonly style: 'linear' | 'inverse';
  readonly contractSize: Decimal;
  /** USD per unit of the settlement asset; one that is worth nothing pays nothing. */
  readonly assetPrice: Decimal;
}

export function settlementTerms(
  { instrument: { contractSize, settlement, kind }, settlementAsset }: CloseableContract,
  assetPrice: (asset: Asset) => Decimal,
): SettlementTerms {
  const style = settlement === 'inverse' && kind !== 'option' ? 'inverse' : 'linear';
  return { style, contractSize, assetPrice: assetPrice(settlementAsset) };
}

/** The terms as a request carries them, and read again. */
export const writeTerms = ({ style, contractSize, assetPrice }: SettlementTerms): WrittenTerms => ({
  style,
  contractSize: text(contractSize),
  assetPrice: text(assetPrice),
});
export const readTerms = ({ style, contractSize, assetPrice }: WrittenTerms): SettlementTerms => ({
  style,
  contractSize: dec(contractSize),
  assetPrice: dec(assetPrice),
});
type WrittenTerms = LiquidationEvents['AdlRequested']['settlement'];

/** Price that leaves a position its share of the equity (below zero: of the deficit), rounded toward the house, never below zero. */
function priceOfShare(
  { style, contractSize, assetPrice }: SettlementTerms,
  { side, mark: markText }: Pick<PositionRequirement, 'side' | 'mark'>,
  share: Decimal,
  quantity: Decimal,
  highestInMarks: Decimal,
): Decimal {
  const worth = quantity.times(contractSize).times(assetPrice);
  const perUnit = worth.isZero() ? ZERO : share.div(worth);
  const mark = dec(markText);
  const price =
    style === 'inverse' ? inversePrice(mark, side, perUnit, highestInMarks) : linearPrice(mark, side, perUnit);
  const rounding = side === 'long' ? 'ceil' : 'floor';
  return maxOf(price.toDecimalPlaces(PRICE_DIGITS, rounding), ZERO);
}

const linearPrice = (mark: Decimal, side: Side, share: Decimal): Decimal =>
  side === 'long' ? mark.minus(share) : mark.plus(share);

/**
 * Worst price of a close-out order: the price at which its position has used up its share of the equity, whole ticks, rounded toward the
 * client.
 * @param share USD, >= 0; zero: the mark
 * @see docs/spec/liquidation.md CLR-LIQ-028
 */
export function closeOutLimit(
  contract: CloseableContract,
  position: Pick<PositionRequirement, 'side' | 'mark' | 'quantity'>,
  share: Decimal,
  assetPrice: (asset: Asset) => Decimal,
  { highestBankruptcyPrice }: Pick<LiquidationPolicy, 'highestBankruptcyPrice'>,
): Decimal {
  const terms = settlementTerms(contract, assetPrice);
  const price = priceOfShare(terms, position, share, dec(position.quantity).abs(), highestBankruptcyPrice);
  const ticks = price.div(contract.tick);
  return (position.side === 'long' ? ticks.ceil() : ticks.floor()).times(contract.tick);
}

/**
 * What a counterparty gives up per contract that is closed at a price instead of the mark, USD, >= 0; a price that is better for him
 * than the mark costs him nothing.
 * @param side of the bankrupt position: against a long he buys above the mark, against a short he sells below it
 */
export function lossPerContract(
  { style, contractSize, assetPrice }: SettlementTerms,
  side: Side,
  mark: Decimal,
  price: Decimal,
): Decimal {
  const against = side === 'long' ? price.minus(mark) : mark.minus(price);
  if (against.lte(0) || mark.lte(0)) return ZERO;
  // A price of zero of an inverse contract would be an endless amount of coin.
  const perUnit = style === 'linear' ? against : price.isZero() ? null : ONE.div(mark).minus(ONE.div(price)).abs();
  if (perUnit === null) return highestLoss(contractSize, assetPrice);
  return perUnit.times(contractSize).times(assetPrice);
}

/** More than anybody has: nobody is closed at a price that costs this. */
const highestLoss = (contractSize: Decimal, assetPrice: Decimal): Decimal =>
  contractSize.times(assetPrice).times(dec('1e15'));

/**
 * Price at which a counterparty gives up exactly so much per contract, rounded toward him: his own bankruptcy price, if it is all that he
 * has over the size that he holds.
 * @param side of the bankrupt position
 * @param loss USD per contract, >= 0
 */
export function priceAtLoss(
  { style, contractSize, assetPrice }: SettlementTerms,
  side: Side,
  mark: Decimal,
  loss: Decimal,
): Decimal {
  const worth = contractSize.times(assetPrice);
  if (worth.isZero() || loss.lte(0) || mark.lte(0)) return mark;
  const perUnit = loss.div(worth);
  const rounding = side === 'long' ? 'floor' : 'ceil';
  if (style === 'linear') {
    const price = side === 'long' ? mark.plus(perUnit) : mark.minus(perUnit);
    return maxOf(price.toDecimalPlaces(PRICE_DIGITS, rounding), ZERO);
  }
  const coin = side === 'long' ? ONE.div(mark).minus(perUnit) : ONE.div(mark).plus(perUnit);
  return coin.lte(0) ? mark : ONE.div(coin).toDecimalPlaces(PRICE_DIGITS, rounding);
}

/** A part of a bankrupt position that is offered to the other side. */
export interface DeleveragedPart extends BankruptcyPrice {
  readonly mark: Decimal;
  /** USD that closing the part at its price pays. */
  readonly deficit: Decimal;
  readonly terms: SettlementTerms;
}

/**
 * What of a bankrupt account is offered first. The deficit is borne where it was made: by the position that has lost most, and by none more
 * than it has lost, so that losses of one market are not priced into another. When nothing has lost (a coin fell, an earlier loss was
 * paid), nothing bears it: the position that is required most for is closed at its mark, and the deficit stays uncovered.
 *   quantity = deficit / (deleveragingDistance * notional per contract), whole lots up, at most all
 * A remainder below the minimum slice goes with it, and all goes that cannot pay the deficit alone. So no more is taken from the other
 * side than the deficit needs at a price that far from the mark. What is halted is not offered.
 * @see docs/spec/liquidation.md CLR-LIQ-033
 */
export function deleveragedPart(
  assessment: AssessmentDetail,
  contracts: CloseableContracts,
  assetPrice: (asset: Asset) => Decimal,
  policy: Pick<LiquidationPolicy, 'highestBankruptcyPrice' | 'deleveragingDistance' | 'minimumSliceNotional'>,
): DeleveragedPart | undefined {
  const trading = assessment.positions.filter(({ instrument }) => !contractOf(contracts, instrument).halted);
  const position = offeredPosition({ positions: trading });
  if (position === undefined) return undefined;
  const contract = contractOf(contracts, position.instrument);
  const deficit = maxOf(lossBearingEquity(assessment).neg(), ZERO);
  const share = minOf(lossOf(position), deficit);
  const quantity = share.lt(deficit) ? dec(position.quantity).abs() : neededQuantity(contract, position, share, policy);
  const terms = settlementTerms(contract, assetPrice);
  const price = priceOfShare(terms, position, share.neg(), quantity, policy.highestBankruptcyPrice);
  return { contract, side: position.side, quantity, price, mark: dec(position.mark), deficit: share, terms };
}

/** The position that has lost most; of equals the one that is required most for, then by instrument. */
export function offeredPosition({ positions }: Pick<AssessmentDetail, 'positions'>): PositionRequirement | undefined {
  const [position] = positions
    .filter(({ quantity }) => !dec(quantity).isZero())
    .sort(
      (a, b) =>
        lossOf(b).cmp(lossOf(a)) ||
        dec(b.maintenance).cmp(dec(a.maintenance)) ||
        compareText(a.instrument, b.instrument),
    );
  return position;
}

const lossOf = ({ unrealisedPnl }: PositionRequirement): Decimal => maxOf(dec(unrealisedPnl).neg(), ZERO);

/** Contracts whose closing pays a share of the deficit at the distance of the policy. */
function neededQuantity(
  { lot }: CloseableContract,
  position: PositionRequirement,
  share: Decimal,
  {
    deleveragingDistance,
    minimumSliceNotional,
  }: Pick<LiquidationPolicy, 'deleveragingDistance' | 'minimumSliceNotional'>,
): Decimal {
  const held = dec(position.quantity).abs();
  const unitNotional = dec(position.notional).div(held);
  const perLot = unitNotional.times(lot).times(deleveragingDistance);
  if (share.isZero() || perLot.isZero()) return held;
  const quantity = minOf(share.div(perLot).ceil().times(lot), held);
  return held.minus(quantity).times(unitNotional).lt(minimumSliceNotional) ? held : quantity;
}

/** A coin's worth of loss may be more than any price can pay: then the highest price there is. */
function inversePrice(mark: Decimal, side: Side, share: Decimal, highestInMarks: Decimal): Decimal {
  // Without a share exactly the mark: 1 / (1 / mark) would not be. Without a mark no price says what a coin's worth is.
  if (share.isZero() || mark.lte(0)) return mark;
  const highest = mark.times(highestInMarks);
  const coin = side === 'long' ? ONE.div(mark).plus(share) : ONE.div(mark).minus(share);
  return coin.lte(0) ? highest : minOf(ONE.div(coin), highest);
}
