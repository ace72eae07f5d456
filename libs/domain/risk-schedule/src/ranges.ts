import { maxOf, minOf, ZERO, type Decimal } from '@ballast/kernel';
import { bracketRate } from './brackets.js';
import { certainRate, floatRate, floatTable, type FloatSize, type FloatTable } from './float-rates.js';
import type { RangeSide, RateTable, RiskSchedule, SideSizes } from './risk-schedule.js';

/** The level a requirement is computed at. */
export type RangeLevel = 'maintenance' | 'liquidation';

/** How far the market is taken to move against one side. */
export interface SideRange {
  /** Relative move of the spot price, the execution cost included. */
  readonly spot: Decimal;
  /** V that the volatility shocks are scaled by. */
  readonly scalar: Decimal;
}

/** `long` is what hurts longs, a fall; `short` a rise. */
export type SideRanges = Readonly<Record<RangeSide, SideRange>>;

const NO_TRIGGER: SideRange = { spot: ZERO, scalar: ZERO };

/**
 * The liquidation range of a side: the lowest of the notice period, or that of its price trigger if higher; at most the maintenance's.
 *   mm_liq = min( mm_call , max( min over notice of mm_j , mm_trigger ) )
 * @param maintenance range of the table in force
 * @param notice ranges of the tables of the notice period
 * @see docs/spec/margin.md (W78d), docs/spec/adaptive-portfolio.md CLR-ADP-002
 */
function liquidationRange(maintenance: SideRange, notice: readonly SideRange[], trigger: SideRange): SideRange {
  const [first, ...others] = notice as [SideRange, ...SideRange[]];
  const of = (figure: keyof SideRange): Decimal =>
    minOf(maintenance[figure], maxOf(minOf(first[figure], ...others.map((range) => range[figure])), trigger[figure]));
  return { spot: of('spot'), scalar: of('scalar') };
}

/** Ranges of an underlying at a level. @param sizes the owner's notional by side, USD */
export function rangesAt(schedule: RiskSchedule, sizes: SideSizes, level: RangeLevel): SideRanges {
  return { long: rangeOf(schedule, sizes.long, level, 'long'), short: rangeOf(schedule, sizes.short, level, 'short') };
}

/**
 * Whether every table of the notice period is the one in force, as in calm: then so are the ranges of the liquidation level, for the
 * least of the notice is the maintenance's, and no trigger goes beyond that.
 */
export const isNoticed = ({ maintenance, notice }: RiskSchedule): boolean =>
  notice.every((each) => each === maintenance);

/** Range of one side at a level. @param size the owner's notional on that side, USD */
export function rangeOf(schedule: RiskSchedule, size: Decimal, level: RangeLevel, side: RangeSide): SideRange {
  const at = ({ brackets, scalar }: RateTable): SideRange => ({ spot: bracketRate(brackets, size), scalar });
  const maintenance = at(schedule.maintenance);
  if (level === 'maintenance' || isNoticed(schedule)) return maintenance;
  const table = schedule.trigger[side];
  return liquidationRange(maintenance, schedule.notice.map(at), table === null ? NO_TRIGGER : at(table));
}

export const sameRanges = (first: SideRanges, second: SideRanges): boolean =>
  (['long', 'short'] as const).every(
    (side) => first[side].spot.eq(second[side].spot) && first[side].scalar.eq(second[side].scalar),
  );

/** The tables of a schedule in float64. */
export interface FloatSchedule {
  readonly maintenance: FloatTable;
  readonly notice: readonly FloatTable[];
  readonly trigger: Readonly<Record<RangeSide, FloatTable | null>>;
  /** Every table of the notice period is the maintenance's, as in calm: then so is the liquidation rate, whatever the trigger. */
  readonly isNoticed: boolean;
}

export function floatSchedule({ maintenance, notice, trigger }: RiskSchedule): FloatSchedule {
  const tables = { maintenance: floatTable(maintenance), notice: notice.map(floatTable) };
  return {
    ...tables,
    isNoticed: tables.notice.every((table) => table === tables.maintenance || sameFloats(table, tables.maintenance)),
    trigger: { long: trigger.long && floatTable(trigger.long), short: trigger.short && floatTable(trigger.short) },
  };
}

/** The highest rate of any table, at least 1: scales a bound. */
export function highestFloatRate({ maintenance, notice, trigger }: FloatSchedule): number {
  let highest = 1;
  for (const table of [maintenance, ...notice, trigger.long, trigger.short]) {
    if (table !== null) for (const rate of table.rates) if (rate > highest) highest = rate;
  }
  return highest;
}

const sameFloats = (first: FloatTable, second: FloatTable): boolean =>
  (['floors', 'rates', 'deductions'] as const).every(
    (figure) =>
      first[figure].length === second[figure].length &&
      first[figure].every((value, k) => Object.is(value, second[figure][k])),
  );

/** The relative move of the liquidation range of a side in float64, not rounded up. */
export function floatLiquidationRate(schedule: FloatSchedule, side: RangeSide, size: number): number {
  const { maintenance, notice, trigger, isNoticed } = schedule;
  if (isNoticed) return floatRate(maintenance, size);
  let rate = floatRate(notice[0] as FloatTable, size);
  for (let j = 1; j < notice.length; j += 1) {
    const other = floatRate(notice[j] as FloatTable, size);
    if (other < rate) rate = other;
  }
  const table = trigger[side];
  if (table !== null) {
    const triggered = floatRate(table, size);
    if (triggered > rate) rate = triggered;
  }
  const inForce = floatRate(maintenance, size);
  return inForce < rate ? inForce : rate;
}

export interface CertainRanges {
  readonly maintenance: SideRanges;
  readonly liquidation: SideRanges;
}

/**
 * Ranges of both levels, exact although the sizes are not.
 * @returns null where the sizes leave two possible ones
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-002, CLR-ADP-008
 */
export function certainRanges(
  schedule: FloatSchedule,
  sizes: Readonly<Record<RangeSide, FloatSize>>,
): CertainRanges | null {
  const [long, short] = (['long', 'short'] as const).map((side) => certainSide(schedule, side, sizes[side]));
  if (!long || !short) return null;
  return {
    maintenance: { long: long.maintenance, short: short.maintenance },
    liquidation: { long: long.liquidation, short: short.liquidation },
  };
}

function certainSide(
  { maintenance, notice, trigger }: FloatSchedule,
  side: RangeSide,
  size: FloatSize,
): Readonly<Record<RangeLevel, SideRange>> | null {
  const at = (of: FloatTable): SideRange | null => {
    const spot = certainRate(of, size);
    return spot === null ? null : { spot, scalar: of.table.scalar };
  };
  const inForce = at(maintenance);
  const noticed = notice.map((table) => (table === maintenance ? inForce : at(table)));
  const table = trigger[side];
  const triggered = table === null ? NO_TRIGGER : at(table);
  if (inForce === null || triggered === null || !noticed.every((range) => range !== null)) return null;
  return { maintenance: inForce, liquidation: liquidationRange(inForce, noticed, triggered) };
}
