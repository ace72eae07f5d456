import { Decimal, text } from '@ballast/kernel';
import { figureOf } from './figure.js';
import type { FigureRule, Tolerance } from './tolerance.js';

/** A field of a case that came out otherwise than expected. */
export interface Difference {
  /** `scenarioPnl[3]`, `actions[0].preMtm` */
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Holds what the product says against what a case expects, field by field. Only fields of `expected` are asserted.
 * @param field where both stand; the last name in it chooses the rule of the tolerance
 */
export function differences(expected: unknown, actual: unknown, tolerance: Tolerance, field = ''): Difference[] {
  if (Array.isArray(expected)) return listDifferences(expected, actual, tolerance, field);
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return [difference(field, expected, actual)];
    const fields = actual as Readonly<Record<string, unknown>>;
    return Object.entries(expected).flatMap(([name, value]) =>
      differences(value, fields[name], tolerance, field === '' ? name : `${field}.${name}`),
    );
  }
  const equal = isEqual(expected, actual, () => tolerance.ruleOf(ruleName(field)));
  return equal ? [] : [difference(field, expected, actual)];
}

function listDifferences(
  expected: readonly unknown[],
  actual: unknown,
  tolerance: Tolerance,
  field: string,
): Difference[] {
  if (!Array.isArray(actual)) return [difference(field, expected, actual)];
  if (actual.length !== expected.length) {
    return [difference(`${field}.length`, String(expected.length), String(actual.length))];
  }
  return expected.flatMap((value, i) => differences(value, actual[i], tolerance, `${field}[${i}]`));
}

/** Name a tolerance by field is looked up with: `scenarioPnl` of `scenarioPnl[3]`, `preMtm` of `actions[0].preMtm`. */
function ruleName(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1).replace(/(\[\d+\])+$/, '');
}

function isEqual(expected: unknown, actual: unknown, rule: () => FigureRule): boolean {
  if (expected === null) return actual === null || actual === undefined;
  const figure = figureOf(expected);
  if (figure === undefined) return expected === actual;
  const ours = figureOf(actual);
  return ours !== undefined && isNear(figure, ours, rule());
}

function isNear(expected: Decimal, actual: Decimal, rule: FigureRule): boolean {
  switch (rule.kind) {
    case 'exact':
      return actual.eq(expected);
    case 'truncated':
      return actual.toDecimalPlaces(rule.decimals, 'down').eq(expected);
    case 'near': {
      const apart = actual.minus(expected).abs();
      return apart.lte(rule.absolute) || apart.lte(rule.relative.times(expected.abs()));
    }
  }
}

function difference(field: string, expected: unknown, actual: unknown): Difference {
  return { field, expected: shown(expected), actual: shown(actual) };
}

function shown(value: unknown): string {
  if (value === undefined) return '(nothing)';
  if (value instanceof Decimal) return value.isFinite() ? text(value) : value.toString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
