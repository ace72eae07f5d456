import type { MeasureName, RunMeasures } from '../run/run-measures.js';
import { intervalOf, type Interval } from '../statistics/interval.js';

/** A stretch of a scenario that every rule runs through. */
export interface ComparedWindow {
  readonly scenario: string;
  /** ISO 8601 UTC. */
  readonly from: string;
  readonly to: string;
  readonly priceFeedback: boolean;
}

export interface RuleOutcome {
  readonly rule: string;
  /** By seed, in order. */
  readonly runs: readonly RunMeasures[];
  readonly measures: Readonly<Record<MeasureName, Interval | null>>;
}

export interface WindowOutcome extends ComparedWindow {
  readonly rules: readonly RuleOutcome[];
  readonly frontier: Frontier;
}

/** Which rules nobody is better than. Less bad debt, fewer needless closures and a lower margin in calm are better. */
export interface Frontier {
  readonly on: readonly string[];
  /** Of the others, by whom each is beaten: not worse in any of the three, better in one at least. */
  readonly beaten: readonly { readonly rule: string; readonly by: readonly string[] }[];
}

export interface Comparison {
  readonly accounts: number;
  readonly seeds: readonly string[];
  readonly windows: readonly WindowOutcome[];
  /** Over the means of all windows. */
  readonly frontier: Frontier;
}

const JUDGED = ['badDebtPerMille', 'needlessClosures', 'calmMarginPercent'] as const satisfies readonly MeasureName[];

export function outcomeOf(rule: string, runs: readonly RunMeasures[]): RuleOutcome {
  const names = Object.keys(runs[0] ?? {}) as MeasureName[];
  const measures = Object.fromEntries(
    names.map((name) => [name, intervalOf(runs.map((run) => run[name]).filter((value) => value !== null))]),
  ) as RuleOutcome['measures'];
  return { rule, runs, measures };
}

export const windowOutcome = (window: ComparedWindow, rules: readonly RuleOutcome[]): WindowOutcome => ({
  ...window,
  rules,
  frontier: frontierOf(rules.map(({ rule, measures }) => ({ rule, figures: judged([measures]) }))),
});

export function comparisonOf(
  accounts: number,
  seeds: readonly string[],
  windows: readonly WindowOutcome[],
): Comparison {
  const rules = windows[0]?.rules.map(({ rule }) => rule) ?? [];
  const figures = rules.map((rule) => ({
    rule,
    figures: judged(
      windows.flatMap((window) => window.rules.filter((one) => one.rule === rule).map(({ measures }) => measures)),
    ),
  }));
  return { accounts, seeds, windows, frontier: frontierOf(figures) };
}

/** Means of the judged measures over all windows. */
const judged = (windows: readonly RuleOutcome['measures'][]): readonly number[] =>
  JUDGED.map((name) => windows.reduce((total, measures) => total + (measures[name]?.mean ?? 0), 0) / windows.length);

/** @param rules the less of each figure the better */
export function frontierOf(rules: readonly { readonly rule: string; readonly figures: readonly number[] }[]): Frontier {
  const beaten = rules.map(({ rule, figures }) => ({
    rule,
    by: rules
      .filter((other) => {
        const differences = figures.map((figure, index) => (other.figures[index] as number) - figure);
        return differences.every((difference) => difference <= 0) && differences.some((difference) => difference < 0);
      })
      .map((other) => other.rule),
  }));
  return {
    on: beaten.filter(({ by }) => by.length === 0).map(({ rule }) => rule),
    beaten: beaten.filter(({ by }) => by.length > 0),
  };
}
