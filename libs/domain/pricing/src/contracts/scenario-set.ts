import type { PublishedScenario } from '@ballast/facts';
import { DAY_MS, invariant, power } from '@ballast/kernel';

/** How far the volatility of an option moves in an `up` or `down` scenario: further for short terms. */
export interface VolatilityShock {
  /** Relative move up and down at 30 days. */
  readonly up: number;
  readonly down: number;
  /** Exponents of 30 days / term up to 30 days and beyond. */
  readonly shortTermPower: number;
  readonly longTermPower: number;
  /** Shorter terms count as this long, days. */
  readonly leastDays: number;
  /** A volatility shocked up is at least this, per year. */
  readonly leastUp: number;
}

/** Scenarios under a name and a version: what every risk array of that name is computed for. */
export interface ScenarioSet {
  readonly id: string;
  readonly scenarios: readonly PublishedScenario[];
  readonly shock: VolatilityShock;
}

const MOVES = ['0.5', '0.7', '0.82', '0.88', '0.94', '1', '1.06', '1.12', '1.18', '1.3', '1.5'];
const VOLATILITIES = ['none', 'up', 'down'] as const;

/**
 * The scenarios of `adaptive-portfolio`: moves of the underlying by up to half, each with
 * volatility as it is, up and down. The form of the volatility shock is that of Deribit's and Derive's portfolio margin.
 */
export const ADAPTIVE_SCENARIOS: ScenarioSet = {
  id: 'adaptive-scenarios@1',
  scenarios: MOVES.flatMap((spotFactor) =>
    VOLATILITIES.map((volatility) => ({ id: `${spotFactor}/${volatility}`, spotFactor, volatility })),
  ),
  shock: { up: 0.5, down: 0.3, shortTermPower: 0.3, longTermPower: 0.13, leastDays: 1, leastUp: 0.4 },
};

const SETS: readonly ScenarioSet[] = [ADAPTIVE_SCENARIOS];

/** @throws InvariantViolation when rules name a set that does not exist */
export function scenarioSet(id: string): ScenarioSet {
  const found = SETS.find((set) => set.id === id);
  invariant(found, `unknown scenario set ${id}`);
  return found;
}

/** Volatility of an option in a scenario: `max(leastUp, v (1 + up k))`, `v max(0, 1 - down k)`, k = (30 days / term)^power. */
export type ShockedVolatility = (volatility: number, move: PublishedScenario['volatility']) => number;

/** Shocks of all options of one term. */
export function shocksAt(termMs: number, shock: VolatilityShock): ShockedVolatility {
  const days = Math.max(termMs / DAY_MS, shock.leastDays);
  const scale = power(30 / days, days <= 30 ? shock.shortTermPower : shock.longTermPower);
  return (volatility, move) => {
    if (move === 'none') return volatility;
    return move === 'up'
      ? Math.max(shock.leastUp, volatility, volatility * (1 + shock.up * scale))
      : volatility * Math.max(0, 1 - shock.down * scale);
  };
}
