import type { OptionType, Settlement } from '@ballast/instruments';
import { type Decimal, type Instant, ModelInputError, ZERO } from '@ballast/kernel';
import type { CollateralHolding, Market, PositionHolding } from '../margin-model.js';
import {
  assetMarketOf,
  confidenceOf,
  expiryMarketOf,
  finite,
  instrumentMarketOf,
  positive,
  SECONDS_PER_YEAR,
  secondsToExpiryOf,
  SETTLEMENT_ASSET,
  underlyingMarketOf,
  volatilityOf,
} from './market-reading.js';

/** A perpetual or dated future, all its lots together. */
export interface ContractHolding {
  readonly instrument: string;
  readonly settlement: Settlement;
  /** Base units, negative = short; of an inverse contract what it is worth in coin at the mark. */
  readonly size: Decimal;
  /** Mark of the contract, settlement currency. */
  readonly price: Decimal;
  readonly confidence: Decimal;
  /** Profit since entry less funding not yet booked, settlement currency (of an inverse contract, coin at the mark). */
  readonly unrealisedPnl: Decimal;
  /** Absent for a perpetual. */
  readonly expiry?: Instant;
}

/** A European option, all its lots together. */
export interface OptionHolding {
  readonly instrument: string;
  readonly settlement: Settlement;
  readonly type: OptionType;
  readonly strike: Decimal;
  /** Base units, negative = short. */
  readonly size: Decimal;
  /** Mark volatility per year. */
  readonly volatility: Decimal;
}

/** Options of one underlying that expire together. */
export interface ExpiryHoldings {
  readonly underlying: string;
  readonly expiry: Instant;
  readonly secondsToExpiry: number;
  /** Years of 365 days. */
  readonly years: number;
  readonly forward: Decimal;
  /** Per year; rates below zero are taken as zero. */
  readonly rate: Decimal;
  /** Least confidence of forward, rate and the volatilities of what is held. */
  readonly confidence: Decimal;
  readonly options: readonly OptionHolding[];
}

export interface UnderlyingHoldings {
  readonly underlying: string;
  readonly spot: Decimal;
  readonly spotConfidence: Decimal;
  readonly contracts: readonly ContractHolding[];
  readonly expiries: readonly ExpiryHoldings[];
}

/** Something held as collateral, with its price. */
export interface AssetHolding {
  readonly asset: string;
  readonly amount: Decimal;
  readonly price: Decimal;
  readonly confidence: Decimal;
}

const byText = (first: string, second: string): number => (first < second ? -1 : first > second ? 1 : 0);

/** Least of some confidences, 1 for none. */
export function leastConfidence(first: Decimal, ...others: Decimal[]): Decimal {
  return others.reduce((least, next) => (next.lt(least) ? next : least), first);
}

function requireLinear({ instrument }: PositionHolding): void {
  if (instrument.settlement === 'linear') return;
  const field = `positions.${instrument.id}`;
  const message = `${field}: this model margins linear contracts only; use a model for coin-settled ones`;
  throw new ModelInputError('instrument-not-supported', field, message);
}

/** Lots by instrument id, in the order of the ids: whatever order the positions came in, every sum is the same to the last digit. */
export function lotsByInstrument(positions: readonly PositionHolding[]): readonly (readonly PositionHolding[])[] {
  const lots = new Map<string, PositionHolding[]>();
  for (const position of positions) {
    const { id } = position.instrument;
    finite(position.quantity, `positions.${id}.quantity`);
    const same = lots.get(id);
    if (same === undefined) lots.set(id, [position]);
    else same.push(position);
  }
  return [...lots.entries()].sort(([first], [second]) => byText(first, second)).map(([, same]) => sorted(same));
}

/** Lots of one instrument in the order of quantity, entry price and funding, because a sum of 40 digits can depend on the order. */
function sorted(lots: readonly PositionHolding[]): readonly PositionHolding[] {
  const entryOf = (lot: PositionHolding): Decimal => lot.entryPrice ?? ZERO;
  const fundingOf = (lot: PositionHolding): Decimal => lot.accruedFunding ?? ZERO;
  return [...lots].sort(
    (a, b) => a.quantity.cmp(b.quantity) || entryOf(a).cmp(entryOf(b)) || fundingOf(a).cmp(fundingOf(b)),
  );
}

function sizeOf(lots: readonly PositionHolding[]): Decimal {
  return lots.reduce((size, { quantity, instrument }) => size.plus(quantity.times(instrument.contractSize)), ZERO);
}

function contractHoldingOf(lots: readonly PositionHolding[], market: Market): ContractHolding {
  const [{ instrument }] = lots as [PositionHolding];
  const { settlement } = instrument;
  const { mark, confidence } = instrumentMarketOf(market, instrument.id);
  const price = positive(mark, `market.instruments.${instrument.id}.mark`);
  if (instrument.kind === 'future') secondsToExpiryOf(market, instrument.id, instrument.expiry);
  let unrealisedPnl = ZERO;
  for (const { quantity, entryPrice, accruedFunding } of lots) {
    const size = quantity.times(instrument.contractSize);
    if (entryPrice !== undefined) {
      const entry = positive(entryPrice, `positions.${instrument.id}.entryPrice`);
      // Inverse: Q (1 / entry - 1 / mark) coin, worth Q (mark - entry) / entry at the mark.
      const move = settlement === 'linear' ? price.minus(entry) : price.minus(entry).div(entry);
      unrealisedPnl = unrealisedPnl.plus(size.times(move));
    }
    if (accruedFunding !== undefined) {
      unrealisedPnl = unrealisedPnl.minus(finite(accruedFunding, `positions.${instrument.id}.accruedFunding`));
    }
  }
  const size = sizeOf(lots);
  return {
    instrument: instrument.id,
    settlement,
    size: settlement === 'linear' ? size : size.div(price),
    price,
    confidence: confidenceOf(confidence, `market.instruments.${instrument.id}.confidence`),
    unrealisedPnl,
    ...(instrument.kind === 'future' ? { expiry: instrument.expiry } : {}),
  };
}

function expiryHoldingsOf(optionLots: readonly (readonly PositionHolding[])[], market: Market): ExpiryHoldings {
  const [[first]] = optionLots as [[PositionHolding]];
  const { underlying } = first.instrument;
  const expiry = first.instrument.kind === 'option' ? first.instrument.expiry : 0;
  const expiryMarket = expiryMarketOf(market, underlying, expiry);
  const field = `market.expiries.${underlying}@${expiry}`;
  let confidence = leastConfidence(
    confidenceOf(expiryMarket.forwardConfidence, `${field}.forwardConfidence`),
    confidenceOf(expiryMarket.rateConfidence, `${field}.rateConfidence`),
    confidenceOf(expiryMarket.volatilityConfidence, `${field}.volatilityConfidence`),
  );
  const options: OptionHolding[] = [];
  for (const lots of optionLots) {
    const [{ instrument }] = lots as [PositionHolding];
    if (instrument.kind !== 'option') continue;
    options.push({
      instrument: instrument.id,
      settlement: instrument.settlement,
      type: instrument.type,
      strike: positive(instrument.strike, `positions.${instrument.id}.strike`),
      size: sizeOf(lots),
      volatility: volatilityOf(market, instrument.id),
    });
    const own = market.instruments.get(instrument.id)?.confidence;
    confidence = leastConfidence(confidence, confidenceOf(own, `market.instruments.${instrument.id}.confidence`));
  }
  const secondsToExpiry = secondsToExpiryOf(market, first.instrument.id, expiry);
  const rate = expiryMarket.rate ?? ZERO;
  return {
    underlying,
    expiry,
    secondsToExpiry,
    years: secondsToExpiry / SECONDS_PER_YEAR,
    forward: expiryMarket.forward,
    rate: rate.lt(0) ? ZERO : rate,
    confidence,
    options,
  };
}

/**
 * Positions by underlying and expiry with what the price set says of them, in the order of underlyings, expiries and
 * instrument ids. Positions that add up to nothing are left out.
 * @throws ModelInputError when the price set has nothing or something impossible for a position, or a contract is expired, or coin-settled where
 *   the model has no rule for that
 * @param alsoUnderlyings named although nothing of them may be held
 */
export function arrangeHoldings(
  positions: readonly PositionHolding[],
  market: Market,
  alsoUnderlyings: readonly string[] = [],
  settlements: 'linear' | 'both' = 'linear',
): readonly UnderlyingHoldings[] {
  const held = lotsByInstrument(positions).filter((lots) => !sizeOf(lots).isZero() || lots.some(hasCash));
  if (settlements === 'linear') held.forEach(([first]) => requireLinear(first as PositionHolding));
  const underlyingOf = (lots: readonly PositionHolding[]): string => (lots[0] as PositionHolding).instrument.underlying;
  const underlyings = [...new Set([...held.map(underlyingOf), ...alsoUnderlyings])].sort(byText);
  return underlyings.map((underlying) => {
    const { spot, confidence } = underlyingMarketOf(market, underlying);
    const own = held.filter((lots) => underlyingOf(lots) === underlying);
    const isOption = ([lot]: readonly PositionHolding[]): boolean => lot?.instrument.kind === 'option';
    const expiryOf = ([lot]: readonly PositionHolding[]): Instant =>
      lot?.instrument.kind === 'option' ? lot.instrument.expiry : 0;
    const optionLots = own.filter(isOption);
    const expiries = [...new Set(optionLots.map(expiryOf))].sort((a, b) => a - b);
    return {
      underlying,
      spot,
      spotConfidence: confidenceOf(confidence, `market.underlyings.${underlying}.confidence`),
      contracts: own.filter((lots) => !isOption(lots)).map((lots) => contractHoldingOf(lots, market)),
      expiries: expiries.map((expiry) =>
        expiryHoldingsOf(
          optionLots.filter((lots) => expiryOf(lots) === expiry),
          market,
        ),
      ),
    };
  });
}

/** A position closed to nothing may still owe the profit of its lots. */
function hasCash({ quantity, entryPrice, accruedFunding, instrument }: PositionHolding): boolean {
  return (
    instrument.kind !== 'option' && !quantity.isZero() && (entryPrice !== undefined || accruedFunding !== undefined)
  );
}

/** Cash and everything else held, by asset in the order of their names. */
export function arrangeCollateral(
  collateral: readonly CollateralHolding[],
  market: Market,
): { readonly cash: Decimal; readonly assets: readonly AssetHolding[] } {
  const amounts = new Map<string, Decimal>();
  const inOrder = [...collateral].sort((a, b) => byText(a.asset, b.asset) || a.amount.cmp(b.amount));
  for (const { asset, amount } of inOrder) {
    finite(amount, `collateral.${asset}.amount`);
    const before = amounts.get(asset);
    amounts.set(asset, before === undefined ? amount : before.plus(amount));
  }
  const cash = amounts.get(SETTLEMENT_ASSET) ?? ZERO;
  const assets = [...amounts]
    .filter(([asset, amount]) => asset !== SETTLEMENT_ASSET && !amount.isZero())
    .map(([asset, amount]) => ({ asset, amount, ...assetMarketOf(market, asset) }));
  return { cash, assets };
}
