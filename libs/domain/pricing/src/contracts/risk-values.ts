import type { PublishedScenario } from '@ballast/facts';
import type { Instrument, Option } from '@ballast/instruments';
import { text, type Decimal, type DecimalString } from '@ballast/kernel';
import { termDecay, undiscountedValue } from '@ballast/valuation';
import type { ScenarioSet } from './scenario-set.js';

/** Digits after the point of a value in a scenario, USD per contract. */
export const RISK_VALUE_DIGITS = 6;

/**
 * Profit of one future or perpetual contract against its mark in every scenario, USD. The part of the mark that an average
 * has not fixed moves as the underlying, mark' = fixed + (mark - fixed) * f:
 *   linear size * (mark' - mark);  inverse size * (1 / mark - 1 / mark') coin, each f * index dollars.
 * @param fixed USD per unit of the underlying; 0 outside of the averaging window
 */
export function linearValues(
  { settlement, contractSize }: Instrument,
  mark: Decimal,
  index: Decimal,
  fixed: Decimal,
  scenarios: readonly PublishedScenario[],
): readonly DecimalString[] {
  const known = new Map<DecimalString, DecimalString>();
  return scenarios.map(({ spotFactor }) => {
    const before = known.get(spotFactor);
    if (before !== undefined) return before;
    const moved = fixed.plus(mark.minus(fixed).times(spotFactor));
    const profit =
      settlement === 'linear'
        ? moved.minus(mark)
        : // 1 / mark - 1 / mark' without a difference of two small numbers.
          moved.minus(mark).div(mark.times(moved)).times(index).times(spotFactor);
    const value = text(contractSize.times(profit).toDecimalPlaces(RISK_VALUE_DIGITS));
    known.set(spotFactor, value);
    return value;
  });
}

/** What the values of one option are computed from. */
export interface OptionRiskInput {
  readonly option: Option;
  /** Unit of the quotes, per unit of the underlying. */
  readonly mark: Decimal;
  readonly index: Decimal;
  readonly forward: number;
  /** Part of the forward that the average of the delivery price has fixed; 0 before the averaging window. */
  readonly fixed: number;
  /** To the expiry; 0 once it is reached. */
  readonly years: number;
  /** Per year. */
  readonly volatility: number;
}

/** A scenario set in floats, as the options of one term are valued in it. */
export interface TermScenarios {
  readonly spotFactors: readonly number[];
  /** By scenario: what volatility is multiplied by. */
  readonly volatilityFactors: readonly number[];
}

/** Scenarios at a term: volatility is multiplied by max(0, 1 + shock * k), k of `termDecay`. */
export function scenariosAt({ scenarios, term }: ScenarioSet, years: number): TermScenarios {
  const strength = termDecay(term, years);
  return {
    spotFactors: scenarios.map(({ spotFactor }) => Number(spotFactor)),
    volatilityFactors: scenarios.map(({ volatilityShock }) => Math.max(0, 1 + Number(volatilityShock) * strength)),
  };
}

/**
 * What one option contract is worth in every scenario, USD. With V the undiscounted Black-76 value at the forward
 * F' = fixed + (F - fixed) * f and the strike's volatility shocked,
 *   value = max(0, M + (V' - V) * size),   coin-settled max(0, M + (V' / F' * f - V / F) * index * size),
 * M the mark in dollars, so that the scenario without a move is the mark, whatever tick and quotes made of the model.
 */
export function optionValues(
  { option, mark, index, forward, fixed, years, volatility }: OptionRiskInput,
  { spotFactors, volatilityFactors }: TermScenarios,
): readonly DecimalString[] {
  const isCall = option.type === 'call';
  const strike = option.strike.toNumber();
  const size = option.contractSize.toNumber();
  const inverse = option.settlement === 'inverse';
  const coin = index.toNumber() * size;
  const worth = mark.toNumber() * (inverse ? coin : size);
  const total = volatility * Math.sqrt(years);
  const now = undiscountedValue(isCall, forward, strike, total);
  const open = forward - fixed;
  return spotFactors.map((factor, i) => {
    const moved = fixed + open * factor;
    const value = undiscountedValue(isCall, moved, strike, total * (volatilityFactors[i] as number));
    const gain = inverse ? ((value / moved) * factor - now / forward) * coin : (value - now) * size;
    return riskText(Math.max(0, worth + gain));
  });
}

const ZERO_DIGIT = 48;
const POINT = 46;

/**
 * A computed float >= 0 as decimal text: nearest at `RISK_VALUE_DIGITS` (half up), without trailing zeros. `toFixed` is
 * exact by ECMA-262, and much the fastest way to the text of a float.
 */
export function riskText(value: number): DecimalString {
  const fixed = value.toFixed(RISK_VALUE_DIGITS);
  let end = fixed.length;
  while (fixed.charCodeAt(end - 1) === ZERO_DIGIT) end -= 1;
  if (fixed.charCodeAt(end - 1) === POINT) end -= 1;
  return fixed.slice(0, end);
}
