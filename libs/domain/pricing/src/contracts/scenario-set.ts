import type { PublishedScenario } from '@ballast/facts';
import { ONE, dec, invariant, text } from '@ballast/kernel';
import type { TermDecay } from '@ballast/valuation';

/** Scenarios under a name and a version: what every risk array of that name is computed for. */
export interface ScenarioSet {
  readonly id: string;
  readonly scenarios: readonly PublishedScenario[];
  /** How strongly a shock of volatility reaches a term: v' = v * max(0, 1 + shock * k(term)). */
  readonly term: TermDecay;
}

const MOVES = ['0.01', '0.02', '0.03', '0.05', '0.075', '0.1', '0.15', '0.2', '0.3', '0.5'];
const SPOT_MOVES = [...[...MOVES].reverse().map((move) => `-${move}`), '0', ...MOVES];
const VOLATILITY_SHOCKS = ['-0.5', '-0.25', '0', '0.25', '0.5', '1', '2'];
const TAIL_MOVES = ['-0.66', '-0.33', '0.5', '1', '2', '3', '4', '5'];
const TAIL_VOLATILITY_SHOCK = '0.5';

const signed = (figure: string): string => (figure.startsWith('-') ? figure : `+${figure}`);
const scenario = (id: string, move: string, volatilityShock: string): PublishedScenario => ({
  id,
  spotFactor: text(ONE.plus(dec(move))),
  volatilityShock,
});

/**
 * The grid and the tails that `adaptive-portfolio` reads under its own parameters; the spec of this file holds the two
 * together. The term rule is that of Deribit's and Derive's portfolio margin.
 */
export const ADAPTIVE_SCENARIOS: ScenarioSet = {
  id: 'adaptive-scenarios@1',
  scenarios: [
    ...SPOT_MOVES.flatMap((move) =>
      VOLATILITY_SHOCKS.map((shock) => scenario(`spot${signed(move)}/vol${signed(shock)}`, move, shock)),
    ),
    ...TAIL_MOVES.map((move) => scenario(`tail${signed(move)}`, move, TAIL_VOLATILITY_SHOCK)),
  ],
  term: { referenceDays: 30, shortPower: 0.3, longPower: 0.13, floorDays: 1 },
};

const SETS: readonly ScenarioSet[] = [ADAPTIVE_SCENARIOS];

/** @throws InvariantViolation when rules name a set that does not exist */
export function scenarioSet(id: string): ScenarioSet {
  const found = SETS.find((set) => set.id === id);
  invariant(found, `unknown scenario set ${id}`);
  return found;
}
