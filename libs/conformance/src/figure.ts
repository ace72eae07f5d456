import { Decimal, dec } from '@ballast/kernel';

const FIGURE = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The decimal that a value is, or undefined for tags, booleans and whatever is no finite figure. */
export function figureOf(value: unknown): Decimal | undefined {
  if (value instanceof Decimal) return value.isFinite() ? value : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? dec(String(value)) : undefined;
  return typeof value === 'string' && FIGURE.test(value) ? dec(value) : undefined;
}

const NOT_FINITE = /^[+-]?(nan|inf(inity)?)$/i;

/**
 * Refuses a case that gives a figure without a value: comparisons with it are all false, so a check would seem to hold.
 * @throws Error naming the place
 */
export function requireFiniteFigures(value: unknown, place = ''): void {
  const infinite =
    typeof value === 'number' ? !Number.isFinite(value) : typeof value === 'string' && NOT_FINITE.test(value);
  if (infinite) throw new Error(`${place}: ${String(value)} is no finite figure; give a decimal text`);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    requireFiniteFigures(
      inner,
      Array.isArray(value) ? `${place}[${name}]` : `${place}${place === '' ? '' : '.'}${name}`,
    );
  }
}
