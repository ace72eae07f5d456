import { dec, ZERO, type Decimal } from '@ballast/kernel';

/** How one figure of ours is held against the expected one. */
export type FigureRule =
  | { readonly kind: 'exact' }
  /** Digits after the point beyond `decimals` of our figure are cut off (toward zero), then equality. */
  | { readonly kind: 'truncated'; readonly decimals: number }
  /** Within either distance: `|ours - expected| <= absolute` or `<= relative * |expected|`. */
  | { readonly kind: 'near'; readonly absolute: Decimal; readonly relative: Decimal };

export interface Tolerance {
  ruleOf(field: string): FigureRule;
}

const EXACT: FigureRule = { kind: 'exact' };
const NUMBER = String.raw`(\d+(?:\.\d+)?(?:e[+-]?\d+)?)`;
const NEAR = `(absolute|relative)( ${NUMBER})?`;
/** Keys of a tolerance by field that mean "every field not named". */
const REST = /^(all )?other( figures| fields)?$|^default$|^\*$/;

/**
 * Reads a tolerance as case files state it: a text (`exact`, `truncate toward zero to an integer`, `truncate to 4 decimals`,
 * `relative 1e-8`, `absolute or relative 1e-6`), an object with `rule`, `relative` or `absolute`, or an object from field
 * names (several with commas, `other figures` for the rest) to one of these. None at all is `exact`.
 * @throws Error naming a rule that is not known
 */
export function toleranceOf(stated: unknown): Tolerance {
  if (stated === undefined) return { ruleOf: () => EXACT };
  const whole = ruleOf(stated);
  if (whole !== undefined) return { ruleOf: () => whole };
  if (typeof stated !== 'object' || stated === null) throw unknownRule(stated);
  const byField = new Map<string, FigureRule>();
  let rest = EXACT;
  for (const [fields, value] of Object.entries(stated)) {
    const rule = ruleOf(value);
    if (rule === undefined) throw unknownRule(value);
    if (REST.test(fields)) rest = rule;
    else for (const field of fields.split(',')) byField.set(field.trim(), rule);
  }
  return { ruleOf: (field) => byField.get(field) ?? rest };
}

function ruleOf(stated: unknown): FigureRule | undefined {
  if (typeof stated === 'string') return ruleOfText(stated);
  if (typeof stated !== 'object' || stated === null) return undefined;
  const { rule, absolute, relative } = stated as Readonly<Record<string, unknown>>;
  if (isDistance(absolute) || isDistance(relative)) {
    return { kind: 'near', absolute: distance(absolute), relative: distance(relative) };
  }
  return typeof rule === 'string' ? ruleOfText(rule) : undefined;
}

function ruleOfText(text: string): FigureRule {
  const rule = text.trim().toLowerCase();
  if (/^exact\b/.test(rule)) return EXACT;
  if (/^truncate\b.*\binteger\b/.test(rule)) return { kind: 'truncated', decimals: 0 };
  const decimals = /^truncate\b.*\bto (\d+) decimals?\b/.exec(rule)?.[1];
  if (decimals !== undefined) return { kind: 'truncated', decimals: Number(decimals) };
  if (!new RegExp(`^${NEAR}( or ${NEAR})*$`).test(rule)) throw unknownRule(text);
  const sizes = { absolute: ZERO, relative: ZERO };
  let size: Decimal | undefined;
  // From the end, since a distance without a figure has that of the next: `absolute or relative 1e-6`.
  for (const part of rule.split(' or ').reverse()) {
    const [name, figure] = part.split(' ') as ['absolute' | 'relative', string | undefined];
    if (figure !== undefined) size = dec(figure);
    if (size === undefined) throw unknownRule(text);
    sizes[name] = size;
  }
  return { kind: 'near', ...sizes };
}

const isDistance = (value: unknown): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && new RegExp(`^${NUMBER}$`, 'i').test(value));

const distance = (value: unknown): Decimal => (isDistance(value) ? dec(String(value)) : ZERO);

const unknownRule = (stated: unknown): Error => new Error(`tolerance: no such rule: ${JSON.stringify(stated)}`);
