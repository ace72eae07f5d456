import { parseRule, RuleError } from '@ballast/comparison';
import { UsageError } from '../usage-error.js';

/** The names of a list with commas. @throws UsageError for an empty list, or one that names something twice */
export function namesOf(list: string): readonly string[] {
  const names = list.split(',').filter((name) => name !== '');
  if (names.length === 0)
    throw new UsageError('an empty list compares nothing; name one rule and one scenario at least');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${twice} stands in the list twice; leave one out`);
  return names;
}

/**
 * The rules of a list, each with each of the liquidation methods.
 * @param methods list; undefined: as the rules say
 * @throws UsageError for what is no rule
 */
export function rulesOf(list: string, methods?: string): readonly string[] {
  const rules = namesOf(list).flatMap((rule) =>
    methods === undefined ? [rule] : namesOf(methods).map((method) => `${rule}:method=${method}`),
  );
  try {
    for (const rule of rules) parseRule(rule);
  } catch (error) {
    if (error instanceof RuleError) throw new UsageError(`--rules: ${error.message}`);
    throw error;
  }
  return rules;
}
