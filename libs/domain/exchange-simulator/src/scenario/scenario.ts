import type { DecimalString } from '@ballast/facts';
import { EXPIRY_TIME_OF_DAY_MS } from '@ballast/instruments';
import { DAY_MS, dec, isoOf, type Instant } from '@ballast/kernel';
import type { Underlying } from './underlying.js';

/** Open, extremes and close of an underlying over `[start, start + durationMs)`, USD. */
export interface Bar {
  readonly start: Instant;
  readonly durationMs: number;
  readonly open: DecimalString;
  readonly high: DecimalString;
  readonly low: DecimalString;
  readonly close: DecimalString;
}

/** What an exchange lists beside the linear perpetuals, and who trades it. */
export interface ContractPlan {
  /** Whose contracts are listed. */
  readonly underlyings: readonly Underlying[];
  /** When futures and options expire: 08:00 UTC of a day, ascending. Those too near to the start of a run are left out. */
  readonly expiries: readonly Instant[];
  /** Strikes of an expiry at its listing, an odd number around the price; more are listed when the price leaves them. */
  readonly strikes: number;
  /** Accounts that write options; half as many buy them, and a quarter trade futures. At most half of all traders write. */
  readonly writers: number;
  /** A perpetual of each underlying that pays in coin is listed too. */
  readonly inversePerpetuals: boolean;
}

/** A stretch of market history that can be replayed. */
export interface Scenario {
  readonly name: string;
  /** History before `from` seeds volatility; the same as `from` if there is none. */
  readonly warmUpFrom: Instant;
  readonly from: Instant;
  /** Last clearing time. */
  readonly to: Instant;
  readonly priceSetEverySeconds: number;
  /** USD. */
  readonly openingFund: DecimalString;
  /** Gap-free bars, oldest first. */
  readonly bars: Readonly<Record<Underlying, readonly Bar[]>>;
  /** Absent: nothing but the linear perpetuals is listed. */
  readonly contracts?: ContractPlan;
}

export const UNDERLYINGS: readonly Underlying[] = ['BTC', 'ETH'];

export const endOf = (bar: Bar): Instant => bar.start + bar.durationMs;

/** What is wrong with a bar by itself, or undefined. */
export function barProblem(bar: Bar): string | undefined {
  const [open, high, low, close] = [dec(bar.open), dec(bar.high), dec(bar.low), dec(bar.close)];
  if (!low.gt(0)) return `low ${bar.low} is not above zero`;
  if (high.lt(low)) return `high ${bar.high} is below low ${bar.low}`;
  if (open.gt(high) || open.lt(low)) return `open ${bar.open} lies outside ${bar.low}..${bar.high}`;
  if (close.gt(high) || close.lt(low)) return `close ${bar.close} lies outside ${bar.low}..${bar.high}`;
  return undefined;
}

/** A part of `[from, to]` that no bar covers. */
export interface Gap {
  readonly from: Instant;
  readonly to: Instant;
}

/** Every part of `[from, to]` that the ordered bars leave open. */
export function gapsOf(bars: readonly Bar[], from: Instant, to: Instant): readonly Gap[] {
  const gaps: Gap[] = [];
  let covered = from;
  for (const bar of bars) {
    if (covered >= to) break;
    if (bar.start > covered) gaps.push({ from: covered, to: Math.min(bar.start, to) });
    covered = Math.max(covered, endOf(bar));
  }
  if (covered < to) gaps.push({ from: covered, to });
  return gaps;
}

/**
 * Everything that keeps a scenario from being replayed, as sentences with their remedy; empty if it is sound.
 * Prices are never invented over a gap: a missing bar is refused.
 */
export function scenarioProblems(scenario: Scenario): readonly string[] {
  const { warmUpFrom, from, to, priceSetEverySeconds: step, bars } = scenario;
  const problems: string[] = [];
  if (to <= from) problems.push(`"to" (${isoOf(to)}) must be later than "from" (${isoOf(from)})`);
  if (warmUpFrom > from)
    problems.push(`"warmUpFrom" (${isoOf(warmUpFrom)}) must not be later than "from" (${isoOf(from)})`);
  if (!Number.isSafeInteger(step) || step < 1 || step > 3_600) {
    problems.push(`"priceSetEverySeconds" must be a whole number from 1 to 3600, not ${step}`);
  }
  if (!/^\d+(\.\d{1,2})?$/.test(scenario.openingFund)) {
    problems.push(`"openingFund" must be an amount in USD with at most two digits, not "${scenario.openingFund}"`);
  }
  for (const underlying of UNDERLYINGS) {
    for (const bar of bars[underlying]) {
      const problem = barProblem(bar);
      if (problem !== undefined) problems.push(`${underlying} at ${isoOf(bar.start)}: ${problem}`);
    }
    for (const gap of gapsOf(bars[underlying], warmUpFrom, to)) {
      problems.push(
        `${underlying} has no bar from ${isoOf(gap.from)} to ${isoOf(gap.to)}: supply the missing bars or move "warmUpFrom", "from" and "to"`,
      );
    }
  }
  if (scenario.contracts !== undefined) problems.push(...contractProblems(scenario.contracts, from));
  return problems;
}

const MOST_EXPIRIES = 8;
const MOST_STRIKES = 41;
const MOST_WRITERS = 10_000;

function contractProblems({ underlyings, expiries, strikes, writers }: ContractPlan, from: Instant): string[] {
  const problems: string[] = [];
  if (underlyings.length === 0 || new Set(underlyings).size < underlyings.length)
    problems.push('"contracts.underlyings" must name BTC, ETH or both, each once');
  if (expiries.length === 0 || expiries.length > MOST_EXPIRIES)
    problems.push(`"contracts.expiries" must name 1 to ${MOST_EXPIRIES} days, not ${expiries.length}`);
  if (expiries.some((expiry, index) => expiry <= (expiries[index - 1] ?? -Infinity)))
    problems.push('"contracts.expiries" must be in order, each day once');
  for (const expiry of expiries) {
    if (expiry % DAY_MS !== EXPIRY_TIME_OF_DAY_MS)
      problems.push(`"contracts.expiries" are at 08:00 UTC of a day, not at ${isoOf(expiry)}`);
    if (expiry <= from)
      problems.push(`"contracts.expiries": ${isoOf(expiry)} is not later than "from" (${isoOf(from)}); leave it out`);
  }
  if (!Number.isSafeInteger(strikes) || strikes < 3 || strikes > MOST_STRIKES || strikes % 2 === 0)
    problems.push(`"contracts.strikes" must be an odd number from 3 to ${MOST_STRIKES}, not ${strikes}`);
  if (!Number.isSafeInteger(writers) || writers < 1 || writers > MOST_WRITERS)
    problems.push(`"contracts.writers" must be a whole number from 1 to ${MOST_WRITERS}, not ${writers}`);
  return problems;
}
