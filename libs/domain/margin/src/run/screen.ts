import {
  AT_WARNING,
  BELOW_CALL,
  BELOW_LIQUIDATION,
  BELOW_MIDPOINT,
  CLEAR_OF_ALL,
  CLEAR_OF_CALL,
  CLEAR_OF_MIDPOINT,
  CLEAR_OF_WARNING,
} from '../assessment/margin-state.js';
import type { ScreenedFigures } from '@ballast/margin-models';
import { COLLATERAL_AT, POSITION_WIDTH, POSITIONS_AT, ROW, type AccountBook } from './account-book.js';
import type { ScreenSchedule, ScreenTable } from './screen-schedule.js';

/** Unit roundoff of float64: 2^-53, written as a quotient of exact numbers. */
const UNIT_ROUNDOFF = 1 / 9_007_199_254_740_992;
/** Rounding errors of all operations on one account, in units of roundoff and of its magnitude. */
const ROUNDOFFS = 64;
/** Rates are rounded up to 12 digits, figures to the cent. */
const RATE_ROUNDING = 1e-12;
const CENT = 0.01;

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

/** Average rate of a notional by a table: rate - deduction / N. */
function rateOf({ floors, rates, deductions }: ScreenTable, notional: number): number {
  let k = 0;
  while (k + 1 < floors.length && (floors[k + 1] as number) <= notional) k += 1;
  return (rates[k] as number) - (deductions[k] as number) / notional;
}

/**
 * Figures of the account in a slot by float64, operations pinned: + - * / and comparisons only, in this order, so every
 * engine gets the same bits.
 */
export function screenAccount(book: AccountBook, schedule: ScreenSchedule, slot: number, into: ScreenFigures): void {
  let equity = 0;
  let call = 0;
  let liquidation = 0;
  let magnitude = 0;
  let hasPosition = false;
  let hasDebt = false;
  const { rows } = book;
  const row = slot * ROW;
  for (let a = 0; a < schedule.worthOfCredit.length; a += 1) {
    const amount = rows[row + COLLATERAL_AT + a] as number;
    if (amount === 0) continue;
    if (amount > 0) {
      const worth = amount * (schedule.worthOfCredit[a] as number);
      equity += worth;
      magnitude += worth;
    } else {
      const worth = amount * (schedule.worthOfDebt[a] as number);
      equity += worth;
      magnitude -= worth;
      hasDebt = true;
    }
  }
  for (let u = 0; u < schedule.underlyings.length; u += 1) {
    const place = row + POSITIONS_AT + u * POSITION_WIDTH;
    const quantity = rows[place] as number;
    const prices = schedule.underlyings[u];
    if (quantity === 0 || prices === null || prices === undefined) continue;
    hasPosition = true;
    const value = quantity * prices.mark;
    const cost = rows[place + 1] as number;
    const notional = value < 0 ? -value : value;
    const ownerNotional = (rows[place + 2] as number) * prices.mark;
    equity += value - cost;
    magnitude += notional + (cost < 0 ? -cost : cost);
    call += notional * rateOf(prices.call, ownerNotional);
    let rate = rateOf(prices.notice[0] as ScreenTable, ownerNotional);
    for (let j = 1; j < prices.notice.length; j += 1) {
      const other = rateOf(prices.notice[j] as ScreenTable, ownerNotional);
      if (other < rate) rate = other;
    }
    const trigger = quantity < 0 ? prices.triggerShort : prices.triggerLong;
    if (trigger !== null) {
      const triggered = rateOf(trigger, ownerNotional);
      if (triggered > rate) rate = triggered;
    }
    liquidation += notional * rate;
  }
  into.equity = equity;
  into.initial = schedule.initialMultiple * call;
  into.call = call;
  into.liquidation = liquidation;
  into.bound = figureBound(magnitude, schedule.highestRate);
  into.hasPosition = hasPosition;
  into.hasDebt = hasDebt;
}

/**
 * How far a float64 figure may be from the exact, rounded one: |float - exact| <= 64 * 2^-53 * rho * M + 1e-12 * M + 0.01,
 * with M the account's magnitude and rho the highest rate of any table, at least 1.
 * @see ../../README.md for the derivation
 */
export function figureBound(magnitude: number, highestRate: number): number {
  return ROUNDOFFS * UNIT_ROUNDOFF * highestRate * magnitude + RATE_ROUNDING * magnitude + CENT;
}

/** Puts what a portfolio's screen says where an account's does. */
export function takeScreened({ value, initial, call, liquidation }: ScreenedFigures, into: ScreenFigures): void {
  into.equity = value.figure;
  into.initial = initial.figure;
  into.call = call.figure;
  into.liquidation = liquidation.figure;
  into.bound = Math.max(value.bound, initial.bound, call.bound, liquidation.bound);
  into.hasPosition = true;
  into.hasDebt = false;
}

/**
 * Bound for every comparison of `screenLevels`. Each is a difference a * equity - b * requirements with
 * a <= 2 and b in all <= 2 * exitFactor.
 */
export function comparisonBound({ bound }: ScreenFigures, { exitFactor }: ScreenSchedule): number {
  return (2 + 2 * exitFactor) * bound;
}

/**
 * The level bits by float64, or -1 if any of the differences is within the bound, so that only exact decimals can tell.
 * @see levelsOf
 */
export function screenLevels(figures: ScreenFigures, schedule: ScreenSchedule): number {
  const { equity, call, liquidation } = figures;
  const { warnUsage, exitFactor } = schedule;
  // Without a position and without debt nothing can be owed: every figure is known to be at least zero.
  if (!figures.hasPosition && !figures.hasDebt) return CLEAR_OF_ALL;
  const bound = comparisonBound(figures, schedule);
  const used = warnUsage * equity;
  // The usual case: well above the highest level there is.
  if (used - exitFactor * call > bound) return CLEAR_OF_ALL;
  const both = call + liquidation;
  const twice = 2 * equity;
  const overLiquidation = equity - liquidation;
  const overMidpoint = twice - both;
  const overCall = equity - call;
  const overWarning = used - call;
  const clearOfMidpoint = twice - exitFactor * both;
  const clearOfCall = equity - exitFactor * call;
  const clearOfWarning = used - exitFactor * call;
  if (
    isNear(overLiquidation, bound) ||
    isNear(overMidpoint, bound) ||
    isNear(overCall, bound) ||
    isNear(overWarning, bound) ||
    isNear(clearOfMidpoint, bound) ||
    isNear(clearOfCall, bound) ||
    isNear(clearOfWarning, bound)
  ) {
    return -1;
  }
  return (
    (liquidation > 0 && overLiquidation < 0 ? BELOW_LIQUIDATION : 0) |
    (overMidpoint < 0 ? BELOW_MIDPOINT : 0) |
    (call > 0 && overCall < 0 ? BELOW_CALL : 0) |
    (figures.hasPosition && overWarning < 0 ? AT_WARNING : 0) |
    (clearOfMidpoint > 0 ? CLEAR_OF_MIDPOINT : 0) |
    (clearOfCall > 0 ? CLEAR_OF_CALL : 0) |
    (clearOfWarning > 0 ? CLEAR_OF_WARNING : 0)
  );
}

const isNear = (difference: number, bound: number): boolean => difference <= bound && difference >= -bound;
