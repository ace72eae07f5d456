export { backtest, type Backtest } from './backtest/backtest.js';
export type { SideBacktest } from './backtest/side-backtest.js';
export { parseRule, RuleError, withProviders } from './rules/rule.js';
export { measureRun } from './run/measure-run.js';
export type { RunMeasures } from './run/run-measures.js';
export { type ComparedWindow, comparisonOf, outcomeOf, windowOutcome } from './report/comparison.js';
export { comparisonText } from './report/comparison-text.js';
export { comparisonChart } from './report/comparison-chart.js';
