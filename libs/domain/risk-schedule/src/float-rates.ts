import { dec, type Decimal } from '@ballast/kernel';
import { floatOf, UNIT_ROUNDOFF } from './float-bound.js';
import type { RateTable, RiskSchedule } from './risk-schedule.js';
import { tablesOf } from './risk-schedule.js';
import { SCHEDULE_DIGITS } from './rounding.js';

/** A rate table in float64. */
export interface FloatTable {
  readonly table: RateTable;
  readonly floors: Float64Array;
  readonly rates: Float64Array;
  readonly deductions: Float64Array;
}

const read = new WeakMap<RateTable, FloatTable>();

/** A table never changes: the same one is read once. */
export function floatTable(table: RateTable): FloatTable {
  const known = read.get(table);
  if (known !== undefined) return known;
  const made: FloatTable = {
    table,
    floors: Float64Array.from(table.brackets, ({ floor }) => floatOf(floor)),
    rates: Float64Array.from(table.brackets, ({ rate }) => floatOf(rate)),
    deductions: Float64Array.from(table.brackets, ({ deduction }) => floatOf(deduction)),
  };
  read.set(table, made);
  return made;
}

/** How far a float64 rate may be from the exact one beside its own roundings: that one is rounded up to 12 digits. */
export const RATE_ROUNDING = 1e-12;

/** Number of the bracket that a notional lies in. */
function bracketAt(floors: Float64Array, notional: number): number {
  let k = 0;
  while (k + 1 < floors.length && (floors[k + 1] as number) <= notional) k += 1;
  return k;
}

/**
 * `bracketRate` in float64, not rounded up: rate - deduction / N. At a floor both brackets give the same rate, so a notional
 * that float64 puts into the neighbour is no further off than the roundings.
 * @param notional USD, >= 0
 */
export function floatRate({ floors, rates, deductions }: FloatTable, notional: number): number {
  const k = bracketAt(floors, notional);
  return k === 0 ? (rates[0] as number) : (rates[k] as number) - (deductions[k] as number) / notional;
}

/** A size in float64, USD, and how far the exact one may be from it. */
export interface FloatSize {
  readonly size: number;
  readonly bound: number;
}

const STEP = dec('0.000000000001');
const STEPS_PER_ONE = 1e12;

/**
 * The exact average rate of a size that is known in float64 only: rates are rounded up to 12 digits, so all sizes within the
 * bound mostly have the same one.
 * @returns null where they may have two
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export function certainRate(
  { table, floors, rates, deductions }: FloatTable,
  { size, bound }: FloatSize,
): Decimal | null {
  const k = bracketAt(floors, size);
  const next = floors[k + 1] ?? Infinity;
  const nearFloor = (k > 0 && !(size - bound > (floors[k] as number))) || !(size + bound < next);
  if (nearFloor) return null;
  const [rate, deduction] = [rates[k] as number, deductions[k] as number];
  const { rate: exact } = table.brackets[k] as RateTable['brackets'][0];
  if (deduction === 0) return exact.decimalPlaces() <= SCHEDULE_DIGITS ? exact : null;
  const share = deduction / size;
  const average = rate - share;
  // Two inputs, quotient, difference, product, and the size's own error, doubled for all of higher order.
  const error = 2 * (Math.abs(share) * (bound / size) + 8 * UNIT_ROUNDOFF * (Math.abs(rate) + Math.abs(share)));
  const steps = average * STEPS_PER_ONE;
  const up = Math.ceil(steps);
  const away = error * STEPS_PER_ONE;
  if (!(up - steps > away && steps - (up - 1) > away)) return null;
  return dec(up).times(STEP);
}

/** Size below which every table of a schedule is in its lowest bracket, USD: its accounts have the same ranges. */
export const lowestBracketEnd = (schedule: RiskSchedule): number =>
  Math.min(
    ...tablesOf(schedule).map(({ brackets }) => (brackets[1] === undefined ? Infinity : floatOf(brackets[1].floor))),
  );
