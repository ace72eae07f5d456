import { exact } from '../../format/amount';
import { duration } from '../../format/time';

/** A figure of a document with the names that lead to it. */
export interface Figure {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** A figure as it is shown and typed. */
export const figureText = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** Every figure of a document. */
export function figuresOf(value: unknown, path: readonly string[] = []): readonly Figure[] {
  if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([name, inner]) => figuresOf(inner, [...path, name]));
}

/** The document with another figure at a path, of the kind that stands there: text stays text, a number a number. */
export function withFigure(document: unknown, [name, ...rest]: readonly string[], text: string): unknown {
  if (name === undefined) return figureLike(document, text);
  if (Array.isArray(document)) {
    return document.map((inner: unknown, each) => (String(each) === name ? withFigure(inner, rest, text) : inner));
  }
  const inner = (document as Readonly<Record<string, unknown>>)[name];
  return { ...(document as object), [name]: withFigure(inner, rest, text) };
}

function figureLike(before: unknown, text: string): unknown {
  if (typeof before === 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The service says what is wrong with it.
    return text;
  }
}

/** The id behind all that were used: `avsl-default@3` behind `avsl-default@2`. */
export function nextId(id: string, used: readonly string[]): string {
  const name = id.slice(0, id.lastIndexOf('@'));
  const versions = [id, ...used]
    .filter((each) => each.slice(0, each.lastIndexOf('@')) === name)
    .map((each) => Number(each.slice(each.lastIndexOf('@') + 1)));
  return `${name}@${Math.max(...versions) + 1}`;
}

const USD = new Set([
  'accountCap',
  'bracketFloors',
  'deltaTotalLiquidityShockThreshold',
  'extendedDampener',
  'houseTranche',
  'maxOffsetablePnl',
  'minimumSliceNotional',
  'platformCap',
]);
const A_DAY = new Set(['sRef', 'sBase', 'volatilityFloor']);

/** Unit of a figure by its name; empty where it is a share, a multiple or a count. */
export function unitOf(path: readonly string[]): string {
  const name = path.findLast((each) => !/^\d+$/.test(each)) ?? '';
  if (name.endsWith('Ms')) return 'ms';
  if (name.endsWith('Seconds')) return 's';
  if (name.endsWith('Days')) return 'days';
  if (name.endsWith('PerHour')) return 'an hour';
  if (name.endsWith('PerYear')) return 'a year';
  if (name === 'averageDailyVolume') return 'USD a day';
  if (A_DAY.has(name)) return 'a day';
  return USD.has(name) || name.endsWith('Notional') || name.endsWith('Usd') ? 'USD' : '';
}

/** A figure as a reader takes it in: long numbers grouped, a time in ms also in words. */
export function figureShown({ path, value }: Figure): string {
  const plain = figureText(value);
  if (!/^-?\d+(\.\d+)?$/.test(plain)) return plain;
  const shown = exact(plain);
  if (unitOf(path) !== 'ms') return shown;
  return Number(plain) < 1_000 ? shown : `${shown} (${duration(Number(plain))})`;
}
