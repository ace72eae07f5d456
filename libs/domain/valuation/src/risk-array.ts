import type { Instrument, Option } from '@ballast/instruments';
import { ONE, dec, power, text, type Decimal, type DecimalString } from '@ballast/kernel';
import { checkOption, undiscountedValue } from './black76.js';
import { ValuationError, finite, positive } from './valuation-error.js';

/** Digits after the point of a value in a scenario, USD per contract. */
const RISK_VALUE_DIGITS = 6;

/** One state of the market. What a margin model makes of the loss in it (dampening, factors) is the model's own. */
export interface RiskScenario {
  readonly id: string;
  /** Times the price of the underlying, and every forward: 1.16 = 16 % up. */
  readonly spotFactor: DecimalString;
  /** Relative, before the term decay: 0.5 = half as much again at the reference term. */
  readonly volatilityShock: DecimalString;
}

/**
 * How strongly a shock of volatility reaches an expiry: k = (reference / max(T, floor))^power, with the short power up to the
 * reference term and the long one beyond it. Deribit and Derive use 30 days, 0.30 and 0.13.
 */
export interface TermDecay {
  readonly referenceDays: number;
  readonly shortPower: number;
  readonly longPower: number;
  /** Days; a shorter term counts as this. */
  readonly floorDays: number;
}

const YEAR_DAYS = 365;

/** k of a term decay, for a time to expiry of `timeYears`. */
function termDecay({ referenceDays, shortPower, longPower, floorDays }: TermDecay, timeYears: number): number {
  const days = timeYears * YEAR_DAYS;
  const exponent = days <= referenceDays ? shortPower : longPower;
  return power(referenceDays / Math.max(days, floorDays), exponent);
}

/**
 * Profit of one future or perpetual contract against its mark in every scenario, USD, where the mark moves as the
 * underlying: linear size * mark * (f - 1); inverse size * (1 / mark - 1 / (f mark)) coin, each f * index dollars, that is
 * size * index / mark * (f - 1).
 * @throws ValuationError `not-finite`, `not-positive`
 */
export function linearValues(
  { settlement, contractSize }: Instrument,
  mark: Decimal,
  index: Decimal,
  scenarios: readonly RiskScenario[],
): readonly DecimalString[] {
  positive(mark.toNumber(), 'mark');
  positive(index.toNumber(), 'index');
  const exposure = settlement === 'linear' ? contractSize.times(mark) : contractSize.times(index).div(mark);
  const known = new Map<DecimalString, DecimalString>();
  return scenarios.map(({ id, spotFactor }) => {
    positive(Number(spotFactor), `${id}.spotFactor`);
    const value =
      known.get(spotFactor) ?? text(exposure.times(dec(spotFactor).minus(ONE)).toDecimalPlaces(RISK_VALUE_DIGITS));
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

/**
 * Scenarios at a term: volatility is multiplied by max(0, 1 + shock * k), k of `termDecay`.
 * @throws ValuationError `not-finite`, `not-positive`
 */
export function scenariosAt(
  { scenarios, term }: { readonly scenarios: readonly RiskScenario[]; readonly term: TermDecay },
  years: number,
): TermScenarios {
  const strength = termDecay(term, years);
  return {
    spotFactors: scenarios.map(({ id, spotFactor }) => positive(Number(spotFactor), `${id}.spotFactor`)),
    volatilityFactors: scenarios.map(({ id, volatilityShock }) =>
      Math.max(0, 1 + finite(Number(volatilityShock) * strength, `${id}.volatilityShock`)),
    ),
  };
}

/**
 * What one option contract is worth in every scenario, USD. With V the undiscounted Black-76 value at the forward moved by
 * the scenario and the strike's volatility shocked,
 *   value = max(0, M + (V(scenario) - V(now)) * unit),
 * M the mark in dollars, so that the scenario without a move is the mark, whatever tick and quotes made of the model. A
 * coin-settled option is worth V / forward coins, each of them index * f dollars: unit = size * index / forward.
 * @throws ValuationError `not-finite`, `not-positive`, `negative-time`, `negative-volatility`
 */
export function optionValues(
  { option, mark, index, forward, years, volatility }: OptionRiskInput,
  { spotFactors, volatilityFactors }: TermScenarios,
): readonly DecimalString[] {
  const strike = option.strike.toNumber();
  checkOption(forward, strike, years, volatility);
  positive(index.toNumber(), 'index');
  if (finite(mark.toNumber(), 'mark') < 0)
    throw new ValuationError('not-positive', 'mark', `mark is ${text(mark)}: an option is worth 0 or more`);
  const isCall = option.type === 'call';
  const rootYears = Math.sqrt(years);
  const size = option.contractSize.toNumber();
  const inverse = option.settlement === 'inverse';
  const coin = index.toNumber();
  const worth = size * mark.toNumber() * (inverse ? coin : 1);
  const unit = size * (inverse ? coin / forward : 1);
  const total = volatility * rootYears;
  const now = undiscountedValue(isCall, forward, strike, total);
  return spotFactors.map((factor, i) => {
    const value = undiscountedValue(isCall, forward * factor, strike, total * (volatilityFactors[i] as number));
    return riskText(Math.max(0, worth + (value - now) * unit));
  });
}

const ZERO_DIGIT = 48;
const POINT = 46;
/** From here on `toFixed` writes an exponent. */
const NO_PLAIN_NOTATION = 1e21;
/** Of a float: no two of them have the same. */
const EXACT_DIGITS = 17;

/**
 * A computed float >= 0 as decimal text: nearest at `RISK_VALUE_DIGITS` (half up), without trailing zeros. `toFixed` is
 * exact by ECMA-262, and much the fastest way to the text of a float.
 * @throws InvariantViolation on what is no figure (CLR-LOG-035)
 */
export function riskText(value: number): DecimalString {
  if (!(value < NO_PLAIN_NOTATION)) return text(dec(value.toPrecision(EXACT_DIGITS)));
  const fixed = value.toFixed(RISK_VALUE_DIGITS);
  let end = fixed.length;
  while (fixed.charCodeAt(end - 1) === ZERO_DIGIT) end -= 1;
  if (fixed.charCodeAt(end - 1) === POINT) end -= 1;
  return fixed.slice(0, end);
}
