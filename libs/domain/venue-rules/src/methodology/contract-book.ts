import type { Future, Instrument, Perpetual } from '@ballast/instruments';
import { type Decimal, ModelInputError, ONE, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  type CollateralHolding,
  finite,
  instrumentMarketOf,
  lotsByInstrument,
  type Market,
  type OpenOrder,
  type Portfolio,
  type PositionHolding,
  positive,
  secondsToExpiryOf,
  SETTLEMENT_ASSET,
} from '@ballast/margin-models';
import { orderQuantity } from './worst-orders.js';

/** What an owner has in one perpetual or future: its lots and its open orders together. */
export interface ContractExposure {
  readonly instrument: Perpetual | Future;
  /** Contracts times contract size, negative = short: base units of a linear contract, quote units of an inverse one. */
  readonly size: Decimal;
  readonly mark: Decimal;
  /** Profit since entry less funding not yet booked, settlement currency (of an inverse contract, coin at the mark). */
  readonly unrealisedPnl: Decimal;
  /** Coin that an inverse position was worth at its entry, >= 0; zero for a linear contract. */
  readonly entryValue: Decimal;
  /** What open orders that may add risk would buy and sell, in the units of `size`. */
  readonly buys: Decimal;
  readonly sells: Decimal;
  readonly openOrders: number;
}

/** A position with margin of its own. */
export interface IsolatedExposure extends ContractExposure {
  /** Settlement currency. */
  readonly margin: Decimal;
}

export interface ContractBook {
  readonly cross: readonly ContractExposure[];
  readonly isolated: readonly IsolatedExposure[];
}

function contractOf(instrument: Instrument, market: Market): Perpetual | Future {
  if (instrument.kind === 'option') {
    const field = `positions.${instrument.id}`;
    const message = `${field}: this model margins perpetuals and futures only; choose a model for options`;
    throw new ModelInputError('instrument-not-supported', field, message);
  }
  if (instrument.kind === 'future') secondsToExpiryOf(market, instrument.id, instrument.expiry);
  return instrument;
}

function pnlOf(lot: PositionHolding, mark: Decimal): Decimal {
  const { instrument, quantity, entryPrice, accruedFunding } = lot;
  const field = `positions.${instrument.id}`;
  const funding = accruedFunding === undefined ? ZERO : finite(accruedFunding, `${field}.accruedFunding`);
  if (entryPrice === undefined) return funding.neg();
  const entry = positive(entryPrice, `${field}.entryPrice`);
  // Inverse: Q (1 / entry - 1 / mark) coin, worth Q (mark / entry - 1) at the mark.
  const move = instrument.settlement === 'linear' ? mark.minus(entry) : mark.minus(entry).div(entry);
  return quantity.times(instrument.contractSize).times(move).minus(funding);
}

function entryValueOf({ instrument, quantity, entryPrice }: PositionHolding, mark: Decimal): Decimal {
  return instrument.settlement === 'linear' ? ZERO : quantity.times(instrument.contractSize).div(entryPrice ?? mark);
}

function exposureOf(
  instrument: Instrument,
  lots: readonly PositionHolding[],
  orders: readonly OpenOrder[],
  market: Market,
): ContractExposure {
  const mark = positive(instrumentMarketOf(market, instrument.id).mark, `market.instruments.${instrument.id}.mark`);
  const sideSize = (side: OpenOrder['side']): Decimal =>
    sum(orders.filter((order) => order.side === side).map(orderQuantity)).times(instrument.contractSize);
  return {
    instrument: contractOf(instrument, market),
    size: sum(lots.map(({ quantity }) => quantity.times(instrument.contractSize))),
    mark,
    unrealisedPnl: sum(lots.map((lot) => pnlOf(lot, mark))),
    entryValue: sum(lots.map((lot) => entryValueOf(lot, mark))).abs(),
    buys: sideSize('buy'),
    sells: sideSize('sell'),
    openOrders: orders.length,
  };
}

function isolatedExposureOf(lot: PositionHolding, market: Market): IsolatedExposure {
  const margin = finite(lot.isolatedMargin ?? ZERO, `positions.${lot.instrument.id}.isolatedMargin`);
  return { ...exposureOf(lot.instrument, [lot], [], market), margin };
}

/**
 * Perpetuals and futures of a portfolio with their marks, in the order of instrument ids. Orders that only reduce are left out.
 * @throws ModelInputError `instrument-not-supported`, `instrument-expired`, `market-missing`, `price-not-positive`, `figure-not-finite`, ...
 */
export function contractBookOf(portfolio: Portfolio, market: Market): ContractBook {
  const isIsolated = (lot: PositionHolding): boolean => lot.isolatedMargin !== undefined;
  const held = lotsByInstrument(portfolio.positions);
  const lotsOf = new Map(held.map((lots) => [lots[0]!.instrument.id, lots.filter((lot) => !isIsolated(lot))]));
  const orders = portfolio.orders.filter(({ reduceOnly }) => reduceOnly !== true);
  const instruments = new Map([...portfolio.positions, ...orders].map(({ instrument }) => [instrument.id, instrument]));
  const ids = [...instruments.keys()].sort();
  const cross = ids.map((id) => {
    const own = orders.filter(({ instrument }) => instrument.id === id);
    const sorted = [...own].sort((a, b) => a.quantity.cmp(b.quantity));
    return exposureOf(instruments.get(id)!, lotsOf.get(id) ?? [], sorted, market);
  });
  const isolated = held.flat().filter(isIsolated);
  const inOrder = [...isolated].sort((a, b) => (a.isolatedMargin ?? ZERO).cmp(b.isolatedMargin ?? ZERO));
  return { cross, isolated: inOrder.map((lot) => isolatedExposureOf(lot, market)) };
}

/**
 * Linear contracts, all on the account's collateral: for venues that know no other, where separate margin is a separate account.
 * @throws ModelInputError as `contractBookOf`, `instrument-not-supported` for an inverse contract
 */
export function linearBookOf(portfolio: Portfolio, market: Market): readonly ContractExposure[] {
  const positions = portfolio.positions.map(({ isolatedMargin: _, ...shared }) => shared);
  const { cross } = contractBookOf({ ...portfolio, positions }, market);
  const inverse = cross.find(({ instrument }) => instrument.settlement === 'inverse');
  if (inverse === undefined) return cross;
  const field = `positions.${inverse.instrument.id}`;
  const message = `${field}: this model margins linear contracts only; choose a model for coin-settled ones`;
  throw new ModelInputError('instrument-not-supported', field, message);
}

/** Size after all buys or all sells, whichever is larger without its sign. */
export function worstSizeOf({ size, buys, sells }: Pick<ContractExposure, 'size' | 'buys' | 'sells'>): Decimal {
  const bought = size.plus(buys);
  const sold = size.minus(sells);
  return bought.abs().gt(sold.abs()) ? bought : sold;
}

/** What one asset is worth as collateral, settlement currency. */
export interface CountedCollateral {
  readonly asset: string;
  readonly amount: Decimal;
  readonly price: Decimal;
  /** Share of the value that counts; a debt counts in full. */
  readonly share: Decimal;
  readonly worth: Decimal;
}

/** Collateral by asset in the order of names, each by its share; assets without one count nothing, and debts in full. */
export function countedCollateral(
  collateral: readonly CollateralHolding[],
  market: Market,
  shareOf: (asset: string) => Decimal,
): readonly CountedCollateral[] {
  const { cash, assets } = arrangeCollateral(collateral, market);
  const held = [{ asset: SETTLEMENT_ASSET, amount: cash, price: ONE }, ...assets].filter(
    ({ amount }) => !amount.isZero(),
  );
  return held.map(({ asset, amount, price }) => {
    const share = amount.isNegative() || asset === SETTLEMENT_ASSET ? ONE : shareOf(asset);
    return { asset, amount, price, share, worth: amount.times(price).times(share) };
  });
}
