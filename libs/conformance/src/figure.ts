import { Decimal, dec } from '@ballast/kernel';

const FIGURE = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The decimal that a value is, or undefined for tags, booleans and whatever is no finite figure. */
export function figureOf(value: unknown): Decimal | undefined {
  if (Decimal.isDecimal(value)) return value.isFinite() ? value : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? dec(String(value)) : undefined;
  return typeof value === 'string' && FIGURE.test(value) ? dec(value) : undefined;
}
