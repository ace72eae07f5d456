import type { Underlying } from '@ballast/facts';
import { ASSETS } from '@ballast/kernel';
import { type BracketFigures } from '@ballast/risk-schedule';
import type { ScheduleFigures } from '../assessment/schedule-figures.js';
import { UNDERLYINGS } from '../underlyings.js';
import { nearestFloat } from './nearest-float.js';

/** A bracket table as nearest float64. */
export interface ScreenTable {
  readonly floors: Float64Array;
  readonly rates: Float64Array;
  readonly deductions: Float64Array;
}

export interface ScreenUnderlying {
  readonly underlying: Underlying;
  readonly mark: number;
  readonly call: ScreenTable;
  readonly notice: readonly ScreenTable[];
  readonly triggerLong: ScreenTable | null;
  readonly triggerShort: ScreenTable | null;
}

/** A schedule as the float64 screen reads it. */
export interface ScreenSchedule {
  /** By asset in the kernel's order: USD per unit of a positive and of a negative amount; 0 without a price. */
  readonly worthOfCredit: Float64Array;
  readonly worthOfDebt: Float64Array;
  /** By underlying; null where the schedule has no price. */
  readonly underlyings: readonly (ScreenUnderlying | null)[];
  readonly initialMultiple: number;
  readonly warnUsage: number;
  readonly exitFactor: number;
  /** Highest rate of any bracket, at least 1: scales the error bound. */
  readonly highestRate: number;
}

function tableOf(brackets: readonly BracketFigures[]): ScreenTable {
  return {
    floors: Float64Array.from(brackets, ({ floor }) => nearestFloat(floor)),
    rates: Float64Array.from(brackets, ({ rate }) => nearestFloat(rate)),
    deductions: Float64Array.from(brackets, ({ deduction }) => nearestFloat(deduction)),
  };
}

const read = new WeakMap<ScheduleFigures, ScreenSchedule>();

/** Reads a schedule into float64; the same schedule is read once. */
export function screenSchedule(schedule: ScheduleFigures): ScreenSchedule {
  const known = read.get(schedule);
  if (known !== undefined) return known;
  let highestRate = 1;
  const underlyings = UNDERLYINGS.map((underlying): ScreenUnderlying | null => {
    const figures = schedule.underlyings.get(underlying);
    if (figures === undefined) return null;
    const { call, notice, trigger } = figures;
    const screened = {
      underlying,
      mark: nearestFloat(figures.mark),
      call: tableOf(call),
      notice: notice.map(tableOf),
      triggerLong: trigger.long && tableOf(trigger.long),
      triggerShort: trigger.short && tableOf(trigger.short),
    };
    for (const table of [screened.call, ...screened.notice, screened.triggerLong, screened.triggerShort]) {
      if (table !== null) for (const rate of table.rates) if (rate > highestRate) highestRate = rate;
    }
    return screened;
  });
  const { initialMultiple, warnUsage, exitFactor } = schedule.parameters;
  const screened: ScreenSchedule = {
    worthOfCredit: Float64Array.from(ASSETS, (asset) => worth(schedule.collateral.get(asset)?.value)),
    worthOfDebt: Float64Array.from(ASSETS, (asset) => worth(schedule.collateral.get(asset)?.price)),
    underlyings,
    initialMultiple: nearestFloat(initialMultiple),
    warnUsage: nearestFloat(warnUsage),
    exitFactor: nearestFloat(exitFactor),
    highestRate,
  };
  read.set(schedule, screened);
  return screened;
}

const worth = (value: Parameters<typeof nearestFloat>[0] | undefined): number =>
  value === undefined ? 0 : nearestFloat(value);
