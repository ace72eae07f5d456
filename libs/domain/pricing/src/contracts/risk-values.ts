import type { PublishedScenario } from '@ballast/facts';
import type { Instrument, Option } from '@ballast/instruments';
import { ONE, dec, text, type Decimal, type DecimalString } from '@ballast/kernel';
import { undiscountedValue } from '@ballast/valuation';
import type { ShockedVolatility } from './scenario-set.js';

/**
 * Profit of one future or perpetual contract against its mark in every scenario, USD, where the mark moves as the
 * underlying: linear size * mark * (f - 1); inverse size * (1 / mark - 1 / (f mark)) coin, each f * index dollars, that is
 * size * index / mark * (f - 1). Scaled by the open share.
 */
export function linearValues(
  { settlement, contractSize }: Instrument,
  mark: Decimal,
  index: Decimal,
  openShare: Decimal,
  scenarios: readonly PublishedScenario[],
  digits: number,
): readonly DecimalString[] {
  const exposure = (settlement === 'linear' ? contractSize.times(mark) : contractSize.times(index).div(mark)).times(
    openShare,
  );
  const known = new Map<DecimalString, DecimalString>();
  return scenarios.map(({ spotFactor }) => {
    const value = known.get(spotFactor) ?? text(exposure.times(dec(spotFactor).minus(ONE)).toDecimalPlaces(digits));
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
  readonly openShare: number;
  readonly shocked: ShockedVolatility;
}

/**
 * What one option contract is worth in every scenario, USD. With V the undiscounted Black-76 value at the forward moved by
 * the scenario and the strike's volatility shocked,
 *   value = max(0, M + share * (V(scenario) - V(now)) * unit),
 * M the mark in dollars, so that the scenario without a move is the mark, whatever tick and quotes made of the model. A
 * coin-settled option is worth V / forward coins, each of them index * f dollars: unit = size * index / forward.
 */
export function optionValues(
  { option, mark, index, forward, years, volatility, openShare, shocked }: OptionRiskInput,
  scenarios: readonly PublishedScenario[],
  digits: number,
): readonly DecimalString[] {
  const isCall = option.type === 'call';
  const strike = option.strike.toNumber();
  const rootYears = Math.sqrt(years);
  const size = option.contractSize.toNumber();
  const inverse = option.settlement === 'inverse';
  const coin = index.toNumber();
  const worth = size * mark.toNumber() * (inverse ? coin : 1);
  const unit = openShare * size * (inverse ? coin / forward : 1);
  const now = undiscountedValue(isCall, forward, strike, volatility * rootYears);
  const moves = { none: volatility, up: shocked(volatility, 'up'), down: shocked(volatility, 'down') };
  return scenarios.map(({ spotFactor, volatility: move }) => {
    const value = undiscountedValue(isCall, forward * Number(spotFactor), strike, moves[move] * rootYears);
    return figureText(Math.max(0, worth + (value - now) * unit), digits);
  });
}

/** A computed float as decimal text with so many digits after the point: `toFixed` is exact by ECMA-262. */
export function figureText(value: number, digits: number): DecimalString {
  const fixed = value.toFixed(digits);
  let end = fixed.length;
  while (fixed.charCodeAt(end - 1) === 48) end -= 1;
  if (fixed.charCodeAt(end - 1) === 46) end -= 1;
  const trimmed = fixed.slice(0, end);
  return trimmed === '-0' ? '0' : trimmed;
}
