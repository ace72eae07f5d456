export { parseRule, RuleError, type Rule } from './rules/rule.js';
export { measureRun, type RunPlan } from './run/measure-run.js';
export type { MeasureName, RunMeasures } from './run/run-measures.js';
export { type Comparison, type ComparedWindow, comparisonOf, outcomeOf, windowOutcome } from './report/comparison.js';
export { comparisonText } from './report/comparison-text.js';
export { comparisonChart } from './report/comparison-chart.js';
