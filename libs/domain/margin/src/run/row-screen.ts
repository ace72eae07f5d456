import type { Underlying } from '@ballast/facts';
import { SETTLEMENT_ASSET } from '@ballast/kernel';
import { FloatCollateral, floatCredit, type FloatRule, type ScreenedFigures } from '@ballast/margin-models';
import {
  floatLiquidationRate,
  floatOf,
  floatRate,
  floatSchedule,
  highestFloatRate,
  RATE_ROUNDING,
  UNIT_ROUNDOFF,
  type FloatSchedule,
} from '@ballast/risk-schedule';
import { POSITION_WIDTH, type AccountBook, type RowLayout } from '../assess/account-book.js';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import type { ScheduleFigures } from '../schedule/schedule-figures.js';
import {
  BELOW_INITIAL,
  BELOW_CALL,
  BELOW_LIQUIDATION,
  BELOW_MIDPOINT,
  CLEAR_OF_ALL,
  CLEAR_OF_CALL,
  CLEAR_OF_MIDPOINT,
  CLEAR_OF_INITIAL,
} from '../call/margin-state.js';

/** Rounding errors of what one asset or underlying adds, in units of roundoff and of its magnitude; each sum adds one more. */
const ROUNDOFFS = 64;
const CENT = 0.01;

/** What the screen of states reads beside figures. */
export interface ScreenLevels {
  readonly exitFactor: number;
}

/** What the bound of a row is made of. */
interface Bounds {
  /** How far figures may be from the exact, unrounded ones, relative to the account's magnitude. */
  readonly relativeError: number;
  /** How far rounding to the cent puts the exact figures, USD. */
  readonly cents: number;
}

interface RowUnderlying {
  readonly mark: number;
  readonly rates: FloatSchedule;
}

/** A schedule as the rows of a book are screened by. */
export interface RowSchedule extends ScreenLevels, Bounds {
  readonly layout: RowLayout;
  /** By asset of the layout; null where the schedule has no price: it counts nothing. */
  readonly assets: readonly (FloatRule | null)[];
  /** Place of the settlement asset; -1: none. */
  readonly money: number;
  /** Place of the underlying that an asset moves with; -1: none. */
  readonly movesWith: Int32Array;
  /** By underlying of the layout; null where the schedule has no price. */
  readonly underlyings: readonly (RowUnderlying | null)[];
  readonly initialMultiple: number;
  readonly callMultiple: number;
  /** Share of an offset between positions that does not count. */
  readonly lostOffset: number;
  /** Worth of the coins of the account in hand, by underlying; zero between accounts. */
  readonly coins: Float64Array;
}

/** Of a coin whose underlying the rows have no place for: no number, so that decimals decide. */
const UNCERTAIN: FloatRule = {
  debtPrice: NaN,
  price: NaN,
  cap: 0,
  most: 0,
  fixed: 0,
  slope: 0,
  minimum: 0,
  withheld: 0,
};

/** What all books read of a schedule. */
interface FloatPrices {
  readonly underlyings: ReadonlyMap<Underlying, RowUnderlying>;
  readonly highestRate: number;
}

const read = new WeakMap<ScheduleFigures, FloatPrices>();

/** A schedule never changes: it is read once for all partitions of a process. */
function floatPrices({ schedule }: AssessmentMarket): FloatPrices {
  const known = read.get(schedule);
  if (known !== undefined) return known;
  const underlyings = new Map(
    [...schedule.underlyings].map(([underlying, { mark, rates }]) => [
      underlying,
      { mark: floatOf(mark), rates: floatSchedule(rates) },
    ]),
  );
  const made: FloatPrices = {
    underlyings,
    highestRate: Math.max(1, ...[...underlyings.values()].map(({ rates }) => highestFloatRate(rates))),
  };
  read.set(schedule, made);
  return made;
}

/** Reads a schedule for the layout of a book. */
export function rowSchedule(assessed: AssessmentMarket, layout: RowLayout): RowSchedule {
  const { schedule, market, parameters } = assessed;
  const { underlyings, highestRate } = floatPrices(assessed);
  const collateral = new FloatCollateral(market, parameters.collateral, new Set(schedule.underlyings.keys()));
  const initialMultiple = floatOf(parameters.initialMultiple);
  const callMultiple = floatOf(schedule.parameters.callMultiple);
  const lostOffset = floatOf(parameters.lostOffset.betweenPositions);
  return {
    layout,
    assets: layout.assets.map((asset) => {
      if (!schedule.prices.has(asset)) return null;
      const alone = schedule.underlyings.has(asset) && !layout.underlyings.includes(asset);
      return alone ? UNCERTAIN : collateral.ruleOf(asset);
    }),
    money: layout.assets.indexOf(SETTLEMENT_ASSET),
    movesWith: Int32Array.from(layout.assets, (asset) =>
      schedule.underlyings.has(asset) ? layout.underlyings.indexOf(asset) : -1,
    ),
    underlyings: layout.underlyings.map((underlying) => underlyings.get(underlying) ?? null),
    initialMultiple,
    callMultiple,
    exitFactor: floatOf(schedule.parameters.exitFactor),
    lostOffset,
    relativeError: relativeError(layout, highestRate, Math.max(1, initialMultiple), lostOffset),
    cents: centsOf(callMultiple),
    coins: new Float64Array(layout.underlyings.length),
  };
}

/** Float64 figures of one account. One record is used again for every account of a run. */
export interface ScreenFigures {
  equity: number;
  initial: number;
  call: number;
  liquidation: number;
  /** How far each of these may be from the exact, rounded figure. */
  bound: number;
  hasPosition: boolean;
  hasDebt: boolean;
}

export const blankFigures = (): ScreenFigures => ({
  equity: 0,
  initial: 0,
  call: 0,
  liquidation: 0,
  bound: 0,
  hasPosition: false,
  hasDebt: false,
});

/**
 * Figures of the account in a slot whose owner holds nothing but contracts that the schedule marks: the house's own model in
 * float64, operations pinned (+ - * / sqrt and comparisons, in this order), so every engine gets the same bits.
 * @returns false where only decimals can tell
 * @see docs/spec/margin.md CLR-MRG-042 for the order of the operations and the derivation of the bound
 */
export function screenRow(book: AccountBook, schedule: RowSchedule, slot: number, into: ScreenFigures): boolean {
  const { rows } = book;
  const { layout, assets, money, movesWith, underlyings, coins, lostOffset } = schedule;
  const row = slot * layout.width;
  let equity = 0;
  let magnitude = 0;
  let charge = 0;
  let hasDebt = false;
  let hasCoins = false;
  for (let a = 0; a < assets.length; a += 1) {
    const amount = rows[row + a] as number;
    const rule = assets[a];
    if (amount === 0 || rule === null || rule === undefined) continue;
    if (amount < 0) hasDebt = true;
    if (a === money) {
      // What a rule that counts in full comes to.
      equity += amount;
      magnitude += amount < 0 ? -amount : amount;
      continue;
    }
    let worth;
    if (amount < 0) {
      worth = amount * rule.debtPrice;
      magnitude -= worth;
    } else {
      const marketValue = amount * rule.price;
      worth = floatCredit(rule, marketValue);
      magnitude += marketValue;
      charge += worth * rule.withheld;
    }
    equity += worth;
    const u = movesWith[a] as number;
    if (u < 0) continue;
    hasCoins = true;
    coins[u] = worth;
  }
  let maintenance = 0;
  let liquidation = 0;
  let hasPosition = false;
  for (let u = 0; u < underlyings.length; u += 1) {
    const place = row + layout.positionsAt + u * POSITION_WIDTH;
    const quantity = rows[place] as number;
    const coin = coins[u] as number;
    coins[u] = 0;
    const prices = underlyings[u];
    if ((quantity === 0 && coin === 0) || prices === null || prices === undefined) continue;
    const { mark, rates } = prices;
    const value = quantity * mark;
    if (quantity !== 0) {
      const cost = rows[place + 1] as number;
      hasPosition = true;
      equity += value - cost;
      magnitude += Math.abs(value) + Math.abs(cost);
    }
    if (coin === 0) {
      const isShort = quantity < 0;
      const notional = isShort ? -value : value;
      const size = (rows[place + (isShort ? 3 : 2)] as number) * mark;
      const rate = floatRate(rates.maintenance, size);
      maintenance += notional * rate;
      // In calm the same rate: nearly every account of nearly every run.
      const lower = rates.isNoticed ? rate : floatLiquidationRate(rates, isShort ? 'short' : 'long', size);
      liquidation += notional * lower;
    } else {
      const long = (rows[place + 2] as number) * mark;
      const short = (rows[place + 3] as number) * mark;
      const inForce = together(
        value,
        coin,
        floatRate(rates.maintenance, long),
        floatRate(rates.maintenance, short),
        lostOffset,
      );
      maintenance += inForce;
      liquidation += rates.isNoticed
        ? inForce
        : together(
            value,
            coin,
            floatLiquidationRate(rates, 'long', long),
            floatLiquidationRate(rates, 'short', short),
            lostOffset,
          );
    }
  }
  into.equity = equity;
  // Who holds nothing and owes nothing is required nothing.
  const isRequired = hasPosition || hasDebt;
  into.initial = isRequired ? schedule.initialMultiple * maintenance + charge : 0;
  into.call = isRequired ? schedule.callMultiple * maintenance : 0;
  into.liquidation = isRequired ? liquidation : 0;
  into.bound = figureBound(magnitude, schedule);
  into.hasPosition = hasPosition;
  into.hasDebt = hasDebt;
  // What hedges perfectly may be required nothing, and then there is no level to be below; no number is certain of nothing.
  return into.bound < Infinity && (!(isRequired && hasCoins) || (maintenance > into.bound && liquidation > into.bound));
}

/** Requirement of a position and a coin of one underlying: loss together, and the part of the offset that does not count. */
function together(value: number, coin: number, down: number, up: number, lostOffset: number): number {
  const sum = value + coin;
  const joint = sum > 0 ? sum * down : -sum * up;
  const alone = (value > 0 ? value * down : -value * up) + (coin > 0 ? coin * down : -coin * up);
  return joint + lostOffset * Math.max(0, alone - joint);
}

/**
 * k * (2 (64 + n) * 2^-53 * rho + (1 + 2 p) * 1e-12): roundings of all operations, twice for all terms of higher order, and of
 * rates; n the assets and underlyings of the layout, rho the highest rate of any table, at least 1, k what the initial requirement
 * multiplies both by, p the share of an offset that does not count.
 * @see docs/spec/margin.md CLR-MRG-042
 */
function relativeError({ assets, underlyings }: RowLayout, rho: number, k: number, p: number): number {
  return k * (2 * (ROUNDOFFS + assets.length + underlyings.length) * UNIT_ROUNDOFF * rho + (1 + 2 * p) * RATE_ROUNDING);
}

/** How far a float64 figure may be from the exact one, which is rounded to the cent. @param magnitude of the account, USD */
export const figureBound = (magnitude: number, { relativeError, cents }: Bounds): number =>
  relativeError * magnitude + cents;

/** Maintenance is rounded, then multiplied, then rounded again: nothing else is off by more. */
export const centsOf = (callMultiple: number): number => (1 + callMultiple) * CENT;

/** Puts what the screen of contracts says where a row's does. */
export function takeScreened(
  { value, initial, maintenance, liquidation }: ScreenedFigures,
  { callMultiple }: Pick<RowSchedule, 'callMultiple'>,
  into: ScreenFigures,
): void {
  into.equity = value.figure;
  into.initial = initial.figure;
  into.call = callMultiple * maintenance.figure;
  into.liquidation = liquidation.figure;
  // A product by the multiple and its own cent: far more than its roundings.
  const callBound = callMultiple * maintenance.bound + CENT;
  into.bound = Math.max(value.bound, initial.bound, callBound, liquidation.bound);
  into.hasPosition = true;
  into.hasDebt = false;
}

/**
 * Bound for every comparison of `screenLevels`. Each is a difference a * equity - b * requirements with
 * a <= 2 and b in all <= 2 * exitFactor.
 */
export function comparisonBound({ bound }: ScreenFigures, { exitFactor }: ScreenLevels): number {
  return (2 + 2 * exitFactor) * bound;
}

/**
 * The level bits by float64, or -1 if any of the differences is within the bound, so that only exact decimals can tell.
 * @see levelsOf
 */
export function screenLevels(figures: ScreenFigures, schedule: ScreenLevels): number {
  const { equity, initial, call, liquidation } = figures;
  const { exitFactor } = schedule;
  // Without a position and without debt nothing can be owed: every figure is known to be at least zero.
  if (!figures.hasPosition && !figures.hasDebt) return CLEAR_OF_ALL;
  const bound = comparisonBound(figures, schedule);
  const clearOfInitial = equity - exitFactor * initial;
  // The usual case: well above the highest level there is.
  if (clearOfInitial > bound && equity - exitFactor * call > bound) return CLEAR_OF_ALL;
  const both = call + liquidation;
  const twice = 2 * equity;
  const overLiquidation = equity - liquidation;
  const overMidpoint = twice - both;
  const overCall = equity - call;
  const overInitial = equity - initial;
  const clearOfMidpoint = twice - exitFactor * both;
  const clearOfCall = equity - exitFactor * call;
  if (
    isNear(overLiquidation, bound) ||
    isNear(overMidpoint, bound) ||
    isNear(overCall, bound) ||
    isNear(overInitial, bound) ||
    isNear(clearOfMidpoint, bound) ||
    isNear(clearOfCall, bound) ||
    isNear(clearOfInitial, bound)
  ) {
    return -1;
  }
  return (
    (overLiquidation < 0 ? BELOW_LIQUIDATION : 0) |
    (overMidpoint < 0 ? BELOW_MIDPOINT : 0) |
    (call > 0 && overCall < 0 ? BELOW_CALL : 0) |
    (call > 0 && overInitial < 0 ? BELOW_INITIAL : 0) |
    (clearOfMidpoint > 0 ? CLEAR_OF_MIDPOINT : 0) |
    (clearOfCall > 0 ? CLEAR_OF_CALL : 0) |
    (clearOfInitial > 0 ? CLEAR_OF_INITIAL : 0)
  );
}

const isNear = (difference: number, bound: number): boolean => difference <= bound && difference >= -bound;
