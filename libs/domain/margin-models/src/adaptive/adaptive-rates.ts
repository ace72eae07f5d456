import { Decimal, maxOf, minOf, ModelInputError, ZERO } from '@ballast/kernel';
import type { Market } from '../margin-model.js';
import type { AdaptiveSchedule, AdaptiveTable, RateBracket, SideSizes } from './adaptive-schedule.js';

/** Digits after the point of a rate, as in the schedule. */
const RATE_DIGITS = 12;

/** The level a requirement is computed at. */
export type AdaptiveLevel = 'call' | 'liquidation';

/** How far the market is taken to move against one side. */
export interface SideRange {
  /** Relative move of the spot price, the execution cost included. */
  readonly spot: Decimal;
  /** V that the volatility shocks are scaled by. */
  readonly scalar: Decimal;
}

/** `long` is what hurts longs, a fall; `short` a rise. */
export type AdaptiveRanges = Readonly<Record<'long' | 'short', SideRange>>;

/**
 * Average rate of a notional: rate - deduction / N of its bracket, rounded up to 12 digits; at 0 the lowest rate. The same
 * figure that a linear position is margined by.
 * @param notional USD, >= 0
 * @see docs/spec/margin.md CLR-MRG-030
 */
export function averageRate(brackets: readonly RateBracket[], notional: Decimal): Decimal {
  let found = brackets[0] as RateBracket;
  for (const bracket of brackets) {
    if (bracket.floor.gt(notional)) break;
    found = bracket;
  }
  if (notional.isZero()) return found.rate;
  return found.rate.minus(found.deduction.div(notional)).toDecimalPlaces(RATE_DIGITS, Decimal.ROUND_CEIL);
}

/**
 * Ranges of an underlying at a level.
 *   call         rate and V_eff of the table in force
 *   liquidation  of each side: the lowest of the notice period, or that of its price trigger if higher; at most the call's
 * @param sizes the owner's notional by side, USD
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-002
 */
export function adaptiveRanges(schedule: AdaptiveSchedule, sizes: SideSizes, level: AdaptiveLevel): AdaptiveRanges {
  return { long: rangeOf(schedule, sizes, level, 'long'), short: rangeOf(schedule, sizes, level, 'short') };
}

export const sameRanges = (first: AdaptiveRanges, second: AdaptiveRanges): boolean =>
  (['long', 'short'] as const).every(
    (side) => first[side].spot.eq(second[side].spot) && first[side].scalar.eq(second[side].scalar),
  );

function rangeOf(
  schedule: AdaptiveSchedule,
  sizes: SideSizes,
  level: AdaptiveLevel,
  side: 'long' | 'short',
): SideRange {
  const at = ({ brackets, scalar }: AdaptiveTable): SideRange => ({ spot: averageRate(brackets, sizes[side]), scalar });
  const call = at(schedule.call);
  if (level === 'call') return call;
  const [first, ...others] = schedule.notice;
  const noticed = others.map(at).reduce(
    (lowest, next): SideRange => ({
      spot: minOf(lowest.spot, next.spot),
      scalar: minOf(lowest.scalar, next.scalar),
    }),
    at(first),
  );
  const table = schedule.trigger[side];
  const trigger = table === null ? { spot: ZERO, scalar: ZERO } : at(table);
  return {
    spot: minOf(call.spot, maxOf(noticed.spot, trigger.spot)),
    scalar: minOf(call.scalar, maxOf(noticed.scalar, trigger.scalar)),
  };
}

const checkedSchedules = new WeakSet<AdaptiveSchedule>();

/** What is published of an underlying, checked. @throws ModelInputError `market-missing`, `schedule-malformed` */
export function scheduleOf(market: Market, underlying: string): AdaptiveSchedule {
  const field = `market.adaptive.${underlying}`;
  const schedule = market.adaptive?.get(underlying);
  if (schedule === undefined) {
    const message = `${field}: no AVSL rates are published; publish a schedule or use another model`;
    throw new ModelInputError('market-missing', field, message);
  }
  // A published schedule never changes: the same one is checked once.
  if (!checkedSchedules.has(schedule)) {
    requireSchedule(schedule, field);
    checkedSchedules.add(schedule);
  }
  return schedule;
}

/**
 * Checks a published schedule: every table starts at 0, floors rise, rates are in (0, 1], and nothing jumps at a floor.
 * @throws ModelInputError `schedule-malformed`
 */
function requireSchedule(schedule: AdaptiveSchedule, field: string): void {
  const { call, notice, trigger } = schedule;
  const tables = [call, ...notice, trigger.long, trigger.short].filter((table) => table !== null);
  if (notice.length === 0) throw malformed(`${field}.notice`, 'has no table; the one in force belongs to it');
  for (const { scalar, brackets } of new Set(tables)) {
    if (!scalar.isFinite() || scalar.lt(1)) throw malformed(`${field}.scalar`, 'is not at least 1');
    let previous: RateBracket = { floor: ZERO, rate: ZERO, deduction: ZERO };
    brackets.forEach((bracket, i) => {
      const { floor, rate, deduction } = bracket;
      const rises = i === 0 ? floor.isZero() : floor.gt(previous.floor);
      if (!rises) throw malformed(`${field}.brackets[${i}]`, 'floors do not rise from 0');
      if (!(rate.gt(0) && rate.lte(1))) throw malformed(`${field}.brackets[${i}]`, 'the rate is not in (0, 1]');
      const step = i === 0 ? ZERO : floor.times(rate.minus(previous.rate));
      const jump = deduction.minus(previous.deduction).minus(step);
      if (!jump.isZero()) throw malformed(`${field}.brackets[${i}]`, 'the requirement jumps at its floor');
      previous = bracket;
    });
    if (brackets.length === 0) throw malformed(`${field}.brackets`, 'has no bracket');
  }
}

const malformed = (field: string, what: string): ModelInputError =>
  new ModelInputError('schedule-malformed', field, `${field}: ${what}; publish the schedule again`);
