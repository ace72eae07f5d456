import type { Asset, DecimalString, Underlying } from '@ballast/facts';
import { EXPIRY_TIME_OF_DAY_MS, isUnderlying } from '@ballast/instruments';
import { DAY_MS, SETTLEMENT_ASSET, compareText, dec, invariant, isoOf, type Instant } from '@ballast/kernel';
import type { ReactionsName } from '../owners/reactions.js';

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

/** How a coin of about a dollar is quoted. */
export interface CoinPlan {
  /** Times at which it is worth less: down to `low` in the middle and back. */
  readonly dips: readonly { readonly from: Instant; readonly to: Instant; readonly low: DecimalString }[];
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
  /** Gap-free bars of every underlying, oldest first. */
  readonly bars: { readonly [underlying: Underlying]: readonly Bar[] };
  /** Coins of about a dollar that are quoted and held as collateral; no contracts are on them. */
  readonly coins?: { readonly [coin: Asset]: CoinPlan };
  /** Absent: nothing but the linear perpetuals is listed. */
  readonly contracts?: ContractPlan;
  /** How owners answer warnings and margin calls; absent: `usual`. */
  readonly reactions?: ReactionsName;
  /** Close-outs move the prices of the market, not only their own; absent: they do not. */
  readonly priceFeedback?: boolean;
}

/** In the order in which everything is done for each. */
export const underlyingsOf = ({ bars }: Scenario): readonly Underlying[] => Object.keys(bars).sort(compareText);

export const coinsOf = ({ coins = {} }: Scenario): readonly Asset[] => Object.keys(coins).sort(compareText);

/** @throws InvariantViolation for an underlying that the scenario does not have */
export function barsOf({ bars, name }: Scenario, underlying: Underlying): readonly Bar[] {
  const own = bars[underlying];
  invariant(own, `${name} has no bars of ${underlying}`);
  return own;
}

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
  const { warmUpFrom, from, to, priceSetEverySeconds: step } = scenario;
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
  const underlyings = underlyingsOf(scenario);
  if (underlyings.length === 0)
    problems.push('"underlyings" must name at least one, such as BTC, with its files of bars');
  for (const underlying of underlyings) {
    const bars = barsOf(scenario, underlying);
    if (!isUnderlying(underlying) || underlying === SETTLEMENT_ASSET) {
      problems.push(
        `"underlyings": ${underlying} is no underlying; name it in 2 to 12 capitals and digits, such as BTC`,
      );
    }
    if (bars.length > 0 && bars.some(({ low }) => dec(low).lt(LEAST_BAR_PRICE))) {
      problems.push(
        `"underlyings": ${underlying} costs less than ${LEAST_BAR_PRICE} USD, which cents are too coarse for`,
      );
    }
    for (const bar of bars) {
      const problem = barProblem(bar);
      if (problem !== undefined) problems.push(`${underlying} at ${isoOf(bar.start)}: ${problem}`);
    }
    for (const gap of gapsOf(bars, warmUpFrom, to)) {
      problems.push(
        `${underlying} has no bar from ${isoOf(gap.from)} to ${isoOf(gap.to)}: supply the missing bars or move "warmUpFrom", "from" and "to"`,
      );
    }
  }
  problems.push(...coinProblems(scenario));
  if (scenario.contracts !== undefined) problems.push(...contractProblems(scenario.contracts, from, underlyings));
  return problems;
}

/** Paths are in whole cents. */
const LEAST_BAR_PRICE = 1;
/** Below half a dollar nobody takes it for one. */
const LEAST_COIN_PRICE = 0.5;
const MOST_EXPIRIES = 8;
const MOST_STRIKES = 41;
const MOST_WRITERS = 10_000;

function coinProblems(scenario: Scenario): string[] {
  const problems: string[] = [];
  for (const coin of coinsOf(scenario)) {
    if (!isUnderlying(coin) || coin === SETTLEMENT_ASSET || coin in scenario.bars) {
      problems.push(`"coins": ${coin} is no coin of its own; name one such as USDC that is no underlying`);
    }
    for (const { from, to, low } of scenario.coins?.[coin]?.dips ?? []) {
      if (to <= from)
        problems.push(`"coins.${coin}.dips": "to" (${isoOf(to)}) must be later than "from" (${isoOf(from)})`);
      if (!/^(0\.\d{1,5}|1)$/.test(low) || dec(low).lt(LEAST_COIN_PRICE)) {
        problems.push(
          `"coins.${coin}.dips": "low" must be from ${LEAST_COIN_PRICE} to 1 USD, such as "0.985", not "${low}"`,
        );
      }
    }
  }
  return problems;
}

function contractProblems(
  { underlyings, expiries, strikes, writers }: ContractPlan,
  from: Instant,
  quoted: readonly Underlying[],
): string[] {
  const problems: string[] = [];
  const unquoted = underlyings.filter((underlying) => !quoted.includes(underlying));
  if (underlyings.length === 0 || new Set(underlyings).size < underlyings.length || unquoted.length > 0)
    problems.push(`"contracts.underlyings" must name some of ${quoted.join(', ')}, each once`);
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
