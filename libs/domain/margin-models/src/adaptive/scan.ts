import { maxOf, minOf, text, ZERO, type Decimal } from '@ballast/kernel';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import type { AdaptiveRanges } from './adaptive-rates.js';
import type { RiskArray } from '../margin-model.js';
import { unitProfitAt, type Exposure, type OptionExposure } from './exposure.js';
import { floatBound, floatOf, leastCandidates } from './float-bound.js';
import { scanPoints, type ScanPoint, type ScenarioGrid } from './scenario-grid.js';

/** Roundings of a float64 profit: of one exposure four for its three inputs, two products, three sums of corners, the difference. */
const ROUNDINGS_OF_ONE = 10;

/** How far float64 profits of so many exposures together may be from the exact ones: each term is in two more sums, of n and of E <= n. */
export const profitBound = (exposures: number, magnitude: number): number =>
  floatBound(ROUNDINGS_OF_ONE + 2 * exposures, magnitude);

/** Ranges of this many accounts are remembered; all accounts in the lowest bracket have the same. */
const REMEMBERED = 64;

/** The points of one range, and what a unit of each option gains at them, in float64 and, where asked for, in decimals. */
export class Scan {
  readonly points: readonly ScanPoint[];
  readonly moves: Float64Array;
  /** Greatest relative move without its sign. */
  readonly reach: number;
  readonly leastMove: Decimal;
  readonly greatestMove: Decimal;
  readonly leastFloat: number;
  readonly greatestFloat: number;
  readonly #weights: readonly Float64Array[];
  readonly #wholes: Float64Array;
  readonly #units = new WeakMap<RiskArray, UnitProfits>();

  constructor(points: readonly ScanPoint[]) {
    this.points = points;
    this.moves = Float64Array.from(points, ({ move }) => floatOf(move));
    this.reach = this.moves.reduce((reach, move) => Math.max(reach, Math.abs(move)), 0);
    this.leastMove = points.reduce((least, { move }) => minOf(least, move), ZERO);
    this.greatestMove = points.reduce((greatest, { move }) => maxOf(greatest, move), ZERO);
    this.leastFloat = floatOf(this.leastMove);
    this.greatestFloat = floatOf(this.greatestMove);
    this.#weights = points.map(({ corners }) => Float64Array.from(corners, ({ weight }) => floatOf(weight)));
    this.#wholes = Float64Array.from(points, ({ weight }) => floatOf(weight));
  }

  /**
   * What one unit of an option gains at every point. The same published array is read once.
   * @throws ModelInputError `risk-array-incomplete`
   */
  unitProfits({ subject }: Exposure, option: OptionExposure): UnitProfits {
    const known = this.#units.get(option.values);
    if (known !== undefined) return known;
    const made = new UnitProfits(this, subject, option, this.#weights, this.#wholes);
    this.#units.set(option.values, made);
    return made;
  }
}

/** What one unit of an option gains at the points of a scan, USD. */
export class UnitProfits {
  /** By point, within `PROFIT_ROUNDINGS` less two of the exact ones. */
  readonly floats: Float64Array;
  /** Greatest sum of the magnitudes that a profit is made of. */
  readonly magnitude: number;
  readonly leastFloat: number;
  readonly greatestFloat: number;
  readonly #exact: (Decimal | undefined)[] = [];
  #least: Decimal | undefined;
  #greatest: Decimal | undefined;

  constructor(
    private readonly scan: Scan,
    private readonly subject: string,
    private readonly option: OptionExposure,
    weights: readonly Float64Array[],
    wholes: Float64Array,
  ) {
    const unmoved = floatOf(option.unmoved);
    this.floats = new Float64Array(scan.points.length);
    let magnitude = 0;
    scan.points.forEach((point, p) => {
      let moved = 0;
      let size = 0;
      point.corners.forEach(({ id }, corner) => {
        const value = floatIn(option.values, id);
        // Says which scenario is missing.
        if (value === undefined) this.exact(p);
        const product = (weights[p]?.[corner] as number) * (value as number);
        moved += product;
        size += Math.abs(product);
      });
      const stay = (wholes[p] as number) * unmoved;
      this.floats[p] = moved - stay;
      magnitude = Math.max(magnitude, size + Math.abs(stay));
    });
    this.magnitude = magnitude;
    this.leastFloat = Math.min(...this.floats);
    this.greatestFloat = Math.max(...this.floats);
  }

  /** In decimals, at the point of that number. */
  exact(p: number): Decimal {
    const known = this.#exact[p];
    if (known !== undefined) return known;
    const made = unitProfitAt(this.option, this.subject, this.scan.points[p] as ScanPoint);
    this.#exact[p] = made;
    return made;
  }

  /** Least exact profit of any point. */
  get least(): Decimal {
    this.#least ??= this.#extreme(1);
    return this.#least;
  }

  /** Greatest exact profit of any point. */
  get greatest(): Decimal {
    this.#greatest ??= this.#extreme(-1);
    return this.#greatest;
  }

  #extreme(sign: 1 | -1): Decimal {
    const floats = this.floats.map((profit) => sign * profit);
    const profits = leastCandidates(floats, profitBound(0, this.magnitude)).map((p) => this.exact(p));
    return profits.reduce((found, next) => (next.lt(found) === (sign === 1) ? next : found));
  }
}

function floatIn(values: RiskArray, scenario: string): number | undefined {
  if (values.floatOf !== undefined) return values.floatOf(scenario);
  const value = values.get(scenario);
  return value === undefined ? undefined : floatOf(value);
}

const remembered = new WeakMap<ScenarioGrid, Map<string, Scan>>();

/** The scan of a range; the ranges looked at last are remembered. */
export function scanOf(
  { grid, volatilityShock }: AdaptiveParameters,
  { long, short }: AdaptiveRanges,
  withOptions: boolean,
): Scan {
  const figures = [long.spot, long.scalar, short.spot, short.scalar, volatilityShock.up, volatilityShock.down];
  const key = `${figures.map(text).join(' ')} ${withOptions}`;
  const scans = remembered.get(grid) ?? new Map<string, Scan>();
  remembered.set(grid, scans);
  const scan = scans.get(key) ?? new Scan(scanPoints(grid, { long, short }, volatilityShock, withOptions));
  // The one used last goes last, so the first is the one not used for longest.
  scans.delete(key);
  scans.set(key, scan);
  if (scans.size > REMEMBERED) scans.delete(scans.keys().next().value as string);
  return scan;
}
