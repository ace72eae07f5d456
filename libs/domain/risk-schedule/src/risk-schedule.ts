import { ModelInputError, ZERO, type Decimal } from '@ballast/kernel';
import type { BracketFigures } from './brackets.js';

/** Which way the market moves against: a fall hurts what is long, a rise what is short. */
export type RangeSide = 'long' | 'short';

/** Rates at one scalar of volatility. */
export interface RateTable {
  /** V_eff that the brackets are at, >= 1. */
  readonly scalar: Decimal;
  readonly brackets: readonly BracketFigures[];
}

/**
 * What a margin schedule publishes of one underlying: the rates that every position on it is margined by.
 * @see docs/spec/margin.md CLR-MRG-015 to CLR-MRG-018
 */
export interface RiskSchedule {
  /** In force now: the maintenance level. */
  readonly maintenance: RateTable;
  /** Of every parameter version in force in the notice period at its lowest scalar, the present version first. */
  readonly notice: readonly [RateTable, ...RateTable[]];
  /** The table of a side whose price trigger is on or still decaying. */
  readonly trigger: Readonly<Record<RangeSide, RateTable | null>>;
}

/** Notional that an owner holds over all accounts on each side of an underlying, USD, >= 0. */
export type SideSizes = Readonly<Record<RangeSide, Decimal>>;

/** All tables of a schedule. */
export const tablesOf = ({ maintenance, notice, trigger }: RiskSchedule): readonly RateTable[] =>
  [maintenance, ...notice, trigger.long, trigger.short].filter((table) => table !== null);

/**
 * Checks a published schedule: every table starts at 0, floors rise, rates are in (0, 1], and nothing jumps at a floor.
 * @throws ModelInputError `schedule-malformed`
 */
export function requireRiskSchedule(schedule: RiskSchedule, field: string): void {
  if (schedule.notice.length === 0) throw malformed(`${field}.notice`, 'has no table; the one in force belongs to it');
  for (const table of tablesOf(schedule)) {
    // A table never changes: the same one is checked once.
    if (checked.has(table)) continue;
    requireRateTable(table, field);
    checked.add(table);
  }
}

const checked = new WeakSet<RateTable>();

function requireRateTable({ scalar, brackets }: RateTable, field: string): void {
  if (!scalar.isFinite() || scalar.lt(1)) throw malformed(`${field}.scalar`, 'is not at least 1');
  let previous: BracketFigures = { floor: ZERO, rate: ZERO, deduction: ZERO };
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

const malformed = (field: string, what: string): ModelInputError =>
  new ModelInputError('schedule-malformed', field, `${field}: ${what}; publish the schedule again`);
