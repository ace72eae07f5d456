import { dec, ONE, text, ModelInputError, type Decimal } from '@ballast/kernel';
import type { RiskArray as ValuedArray, RiskScenario, VolatilityShock } from '@ballast/valuation';
import { publishedScenarios, type ScenarioGrid } from './scenario-grid.js';

/**
 * The scenarios that the publisher of risk arrays values every option in: for `riskArray` of @ballast/valuation. Volatility
 * shocks reach longer expiries less, by the term decay of the grid.
 */
export function riskScenarios(grid: ScenarioGrid): readonly RiskScenario[] {
  return publishedScenarios(grid).map(({ id, spotMove, volatilityShock }) => ({
    id,
    spotFactor: text(ONE.plus(spotMove)),
    volatility: shockOf(volatilityShock, grid),
  }));
}

/**
 * A published array as the model reads it, USD per unit of the underlying: a value in coin times the spot price of its
 * scenario.
 * @param spot USD, without a move
 * @param scenarios those that the array was made of
 * @throws ModelInputError `risk-array-incomplete` when array and scenarios do not belong together
 */
export function riskArrayValues(
  array: ValuedArray,
  spot: Decimal,
  scenarios: readonly RiskScenario[],
): ReadonlyMap<string, Decimal> {
  const values = new Map(array.values.map(({ scenario, value }) => [scenario, dec(value)]));
  return new Map(
    scenarios.map(({ id, spotFactor }) => {
      const value = values.get(id);
      if (value === undefined) {
        const field = `riskArrays.${array.instrument}`;
        const message = `${field}: has no value for ${id}; publish it for every scenario of the parameter document`;
        throw new ModelInputError('risk-array-incomplete', field, message);
      }
      return [id, array.unit === 'coin' ? value.times(spot).times(spotFactor) : value];
    }),
  );
}

function shockOf(shock: Decimal, { termDecay: term }: ScenarioGrid): VolatilityShock {
  if (shock.isZero()) return { kind: 'none' };
  return { kind: shock.isNegative() ? 'down' : 'up', range: shock.abs().toNumber(), term };
}
