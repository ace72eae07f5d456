import type { Asset, Underlying } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import type { Contract } from '../market/contracts.js';
import type { Market } from '../market/market.js';
import { coinsOf } from '../scenario/scenario.js';
import { COIN_UNITS } from '../scaled-integer.js';
import { contractUnits, unitsIn, type OwnerView } from '../simulator-state.js';

/** What everybody sees at a clearing time, as far as owners care. */
export interface MarketView {
  readonly at: Instant;
  /** Middle of the perpetual's book, USD; sums are in this order. */
  readonly price: ReadonlyMap<Underlying, number>;
  /** What coins without contracts are worth, USD. */
  readonly coinPrice: ReadonlyMap<Asset, number>;
  /** Daily volatility of the last half hour. */
  readonly volatility: ReadonlyMap<Underlying, number>;
  /** Every contract beside the linear perpetuals that was ever listed, by id. */
  readonly contracts: readonly ContractSeen[];
}

/** A contract as owners see it at a clearing time. */
export interface ContractSeen {
  readonly contract: Contract;
  /** USD per contract; expired: what was delivered. */
  readonly worth: number;
  /** USD of the underlying that one contract stands for. */
  readonly notional: number;
  /** Positions in it may be opened. */
  readonly tradable: boolean;
  /** It can still be closed. */
  readonly alive: boolean;
}

export function marketViewOf(market: Market, at: Instant, contracts: readonly ContractSeen[] = []): MarketView {
  return {
    at,
    contracts,
    price: new Map(market.underlyings.map((name) => [name, market.perpetualMiddle(name, at) / 100])),
    coinPrice: new Map(coinsOf(market.path.scenario).map((coin) => [coin, market.coinPrice(coin, at)])),
    volatility: new Map(market.underlyings.map((name) => [name, market.volatility(name, at)])),
  };
}

/** Price of an underlying of the run, USD. */
export const priceOf = ({ price }: MarketView, underlying: Underlying): number => price.get(underlying) as number;

export const volatilityOf = ({ volatility }: MarketView, underlying: Underlying): number =>
  volatility.get(underlying) as number;

/** Of the underlying that moves most. */
export const highestVolatility = ({ volatility }: MarketView): number => Math.max(...volatility.values());

/** Part of a coin's price that an owner counts on as collateral. */
const COIN_VALUE = 0.9;

/** Signed notional of a position, USD. */
export const notionalOf = (view: OwnerView, underlying: Underlying, seen: MarketView): number =>
  (unitsIn(view.positions, underlying) / COIN_UNITS) * priceOf(seen, underlying);

/** Cash, coins with a discount, and positions at the middle of the book, USD. */
export function equityOf(view: OwnerView, seen: MarketView): number {
  let coins = 0;
  for (const [underlying, price] of seen.price) coins += unitsIn(view.coins, underlying) * price;
  for (const [coin, price] of seen.coinPrice) coins += unitsIn(view.coins, coin) * price;
  let equity = view.cashCents / 100 + (COIN_VALUE * coins) / COIN_UNITS;
  for (const underlying of seen.price.keys()) equity += notionalOf(view, underlying, seen);
  return view.contracts.size === 0 ? equity : equity + contractsWorth(view, seen);
}

/** All positions in other contracts, with the coins that inverse perpetuals moved, USD. In the order of the ids. */
function contractsWorth(view: OwnerView, seen: MarketView): number {
  let coins = 0;
  for (const [underlying, price] of seen.price) coins += unitsIn(view.inverseCoins, underlying) * price;
  let worth = coins / COIN_UNITS;
  for (const { contract, worth: each } of seen.contracts) {
    worth += (contractUnits(view, contract.id) / COIN_UNITS) * each;
  }
  return worth;
}

/** Sum of the sizes of all living positions in other contracts, USD of their underlyings. */
export function contractNotionalOf(view: OwnerView, seen: MarketView): number {
  let notional = 0;
  for (const { contract, notional: each, alive } of seen.contracts) {
    if (alive) notional += (Math.abs(contractUnits(view, contract.id)) / COIN_UNITS) * each;
  }
  return notional;
}

/** Sum of the sizes of all positions in linear perpetuals, USD. */
export function grossNotionalOf(view: OwnerView, seen: MarketView): number {
  let gross = 0;
  for (const underlying of seen.price.keys()) gross += Math.abs(notionalOf(view, underlying, seen));
  return gross;
}

/**
 * Rule of thumb for the initial requirement, a fraction of the notional: 4.5 % and more for size, times what the
 * market moves over a calm day, at most 3.2. Owners do not know the schedule; they are roughly right.
 */
export function expectedInitialRate(notional: number, volatility: number): number {
  const stress = Math.max(1, Math.min(3.2, volatility / 0.04));
  return (0.045 + 0.4 * Math.sqrt(notional / 20e9)) * stress;
}

/** Notional that the owner believes the equity can carry, with a reserve of 15 %. */
export function affordableNotional(equity: number, wanted: number, volatility: number): number {
  return Math.max(0, (0.85 * equity) / expectedInitialRate(wanted, volatility));
}
