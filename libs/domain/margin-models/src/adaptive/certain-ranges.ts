import { dec, maxOf, minOf, ZERO, type Decimal } from '@ballast/kernel';
import type { AdaptiveRanges, SideRange } from './adaptive-rates.js';
import type { AdaptiveSchedule, AdaptiveTable } from './adaptive-schedule.js';
import { floatOf } from './float-bound.js';

/** A size in float64, USD, and how far the exact one may be from it. */
export interface FloatSize {
  readonly size: number;
  readonly bound: number;
}

const RATE_DIGITS = 12;
const STEP = dec('0.000000000001');
const STEPS_PER_ONE = 1e12;
const UNIT_ROUNDOFF = 1 / 9_007_199_254_740_992;

interface FloatTable {
  readonly table: AdaptiveTable;
  readonly floors: readonly number[];
  readonly rates: readonly number[];
  readonly deductions: readonly number[];
}

const read = new WeakMap<AdaptiveTable, FloatTable>();

function floatTable(table: AdaptiveTable): FloatTable {
  const known = read.get(table);
  if (known !== undefined) return known;
  const { brackets } = table;
  const made: FloatTable = {
    table,
    floors: brackets.map(({ floor }) => floatOf(floor)),
    rates: brackets.map(({ rate }) => floatOf(rate)),
    deductions: brackets.map(({ deduction }) => floatOf(deduction)),
  };
  read.set(table, made);
  return made;
}

/**
 * The exact average rate of a size that is known in float64 only: rates are rounded up to 12 digits, so all sizes within the
 * bound mostly have the same one.
 * @returns null where they may have two
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export function certainRate(table: AdaptiveTable, { size, bound }: FloatSize): Decimal | null {
  const { floors, rates, deductions } = floatTable(table);
  let k = 0;
  while (k + 1 < floors.length && (floors[k + 1] as number) <= size) k += 1;
  const next = floors[k + 1] ?? Infinity;
  const nearFloor = (k > 0 && !(size - bound > (floors[k] as number))) || !(size + bound < next);
  if (nearFloor) return null;
  const [rate, deduction] = [rates[k] as number, deductions[k] as number];
  const { rate: exact } = table.brackets[k] as AdaptiveTable['brackets'][0];
  if (deduction === 0) return exact.decimalPlaces() <= RATE_DIGITS ? exact : null;
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

export interface CertainRanges {
  readonly call: AdaptiveRanges;
  readonly liquidation: AdaptiveRanges;
}

/** Size below which every table of a schedule is in its lowest bracket, USD: its accounts have the same ranges. */
export function lowestBracketEnd({ call, notice, trigger }: AdaptiveSchedule): number {
  const tables = [call, ...notice, trigger.long, trigger.short].filter((table) => table !== null);
  return Math.min(...tables.map((table) => floatTable(table).floors[1] ?? Infinity));
}

/**
 * Ranges of both levels, exact although the sizes are not.
 * @returns null where the sizes leave two possible ones
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-002, CLR-ADP-008
 */
export function certainRanges(
  schedule: AdaptiveSchedule,
  sizes: Readonly<Record<'long' | 'short', FloatSize>>,
): CertainRanges | null {
  const [long, short] = (['long', 'short'] as const).map((side) => sideRanges(schedule, side, sizes[side]));
  if (!long || !short) return null;
  return {
    call: { long: long.call, short: short.call },
    liquidation: { long: long.liquidation, short: short.liquidation },
  };
}

function sideRanges(
  { call, notice, trigger }: AdaptiveSchedule,
  side: 'long' | 'short',
  size: FloatSize,
): { readonly call: SideRange; readonly liquidation: SideRange } | null {
  const at = (table: AdaptiveTable): SideRange | null => {
    const spot = certainRate(table, size);
    return spot === null ? null : { spot, scalar: table.scalar };
  };
  const inForce = at(call);
  const noticed = notice.map((table) => (table === call ? inForce : at(table)));
  const table = trigger[side];
  const triggered = table === null ? { spot: ZERO, scalar: ZERO } : at(table);
  if (inForce === null || triggered === null || !noticed.every((range) => range !== null)) return null;
  const [first, ...others] = noticed as [SideRange, ...SideRange[]];
  const liquidationOf = (figure: 'spot' | 'scalar'): Decimal =>
    minOf(inForce[figure], maxOf(minOf(first[figure], ...others.map((range) => range[figure])), triggered[figure]));
  return { call: inForce, liquidation: { spot: liquidationOf('spot'), scalar: liquidationOf('scalar') } };
}
