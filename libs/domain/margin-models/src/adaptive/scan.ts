import { maxOf, minOf, text, ZERO, type Decimal } from '@ballast/kernel';
import { floatBound, leastCandidates, type SideRanges } from '@ballast/risk-schedule';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import type { RiskArray } from '../margin-model.js';
import { unitProfitAt, type Exposure, type OptionExposure } from './exposure.js';
import { floatsOf } from './float-array.js';
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
  readonly moves: Float64Array;
  /** Greatest relative move without its sign. */
  readonly reach: number;
  readonly leastFloat: number;
  readonly greatestFloat: number;
  /** Corners of all points one after the other: those of point p end before `ends[p]`. */
  readonly #ends: Int32Array;
  readonly #scenarios: Int32Array;
  readonly #weights: Float64Array;
  readonly #wholes: Float64Array;
  readonly #units = new WeakMap<RiskArray, UnitProfits>();

  readonly #floats: Float64Array;

  /** @param remembered more than one account looks at this range, so what it reads is kept */
  constructor(
    private readonly grid: ScenarioGrid,
    readonly points: readonly ScanPoint[],
    readonly remembered: boolean,
  ) {
    const corners = points.flatMap(({ float }) => float.corners);
    let end = 0;
    this.moves = Float64Array.from(points, ({ float }) => float.move);
    this.leastFloat = Math.min(0, ...this.moves);
    this.greatestFloat = Math.max(0, ...this.moves);
    this.reach = Math.max(-this.leastFloat, this.greatestFloat);
    this.#ends = Int32Array.from(points, ({ float }) => (end += float.corners.length));
    this.#scenarios = Int32Array.from(corners, ({ scenario }) => scenario);
    this.#weights = Float64Array.from(corners, ({ weight }) => weight);
    this.#wholes = Float64Array.from(points, ({ float }) => float.weight);
    this.#floats = new Float64Array(points.length);
  }

  get leastMove(): Decimal {
    return this.points.reduce((least, { move }) => minOf(least, move), ZERO);
  }

  get greatestMove(): Decimal {
    return this.points.reduce((greatest, { move }) => maxOf(greatest, move), ZERO);
  }

  /**
   * What one unit of an option gains at every point. The same published array is read once.
   * @throws ModelInputError `risk-array-incomplete`
   */
  unitProfits({ subject }: Exposure, option: OptionExposure): UnitProfits {
    const known = this.#units.get(option.values);
    if (known !== undefined) return known;
    const made = new UnitProfits(this, subject, option, this.#profitsOf(option, new Float64Array(this.#ends.length)));
    this.#units.set(option.values, made);
    return made;
  }

  /**
   * The same in float64 only, good until the next option is asked for: a range that one order makes is not looked at again.
   * A scenario that is missing makes no number of it.
   */
  floatProfits(exposure: Exposure, option: OptionExposure): FloatProfits {
    return this.remembered ? this.unitProfits(exposure, option) : this.#profitsOf(option, this.#floats);
  }

  #profitsOf(option: OptionExposure, floats: Float64Array): FloatProfits {
    const { values, unmoved } = floatsOf(option, this.grid, this.#scenarios);
    const [ends, scenarios, weights, wholes] = [this.#ends, this.#scenarios, this.#weights, this.#wholes];
    let [least, greatest, magnitude] = [Infinity, -Infinity, 0];
    let corner = 0;
    for (let p = 0; p < floats.length; p += 1) {
      let moved = 0;
      let size = 0;
      for (const end = ends[p] as number; corner < end; corner += 1) {
        const product = (weights[corner] as number) * (values[scenarios[corner] as number] as number);
        moved += product;
        size += Math.abs(product);
      }
      const stay = (wholes[p] as number) * unmoved;
      const profit = moved - stay;
      floats[p] = profit;
      least = Math.min(least, profit);
      greatest = Math.max(greatest, profit);
      magnitude = Math.max(magnitude, size + Math.abs(stay));
    }
    return { floats, leastFloat: least, greatestFloat: greatest, magnitude };
  }
}

/** What one unit of an option gains at the points of a scan in float64, USD. */
export interface FloatProfits {
  /** By point, within `ROUNDINGS_OF_ONE` less two of the exact ones. */
  readonly floats: Float64Array;
  readonly leastFloat: number;
  readonly greatestFloat: number;
  /** Greatest sum of the magnitudes that a profit is made of. */
  readonly magnitude: number;
}

/** The same, and in decimals wherever that is asked for. */
export class UnitProfits implements FloatProfits {
  readonly floats: Float64Array;
  readonly leastFloat: number;
  readonly greatestFloat: number;
  readonly magnitude: number;
  readonly #exact: (Decimal | undefined)[] = [];
  #least: Decimal | undefined;
  #greatest: Decimal | undefined;

  constructor(
    private readonly scan: Scan,
    private readonly subject: string,
    private readonly option: OptionExposure,
    { floats, leastFloat, greatestFloat, magnitude }: FloatProfits,
  ) {
    this.floats = floats;
    this.leastFloat = leastFloat;
    this.greatestFloat = greatestFloat;
    this.magnitude = magnitude;
    // A scenario that is missing makes no number of a profit, and its decimals say which it is.
    for (let p = 0; p < floats.length; p += 1) if (Number.isNaN(floats[p])) this.exact(p);
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

/** A scan, and how often its range was looked at. */
interface KnownScan {
  readonly scan: Scan;
  readonly looks: number;
}

/** A check of an order looks twice at the range that the order makes. */
const LOOKS_OF_ONE = 2;

const known = new WeakMap<ScenarioGrid, Map<string, KnownScan>>();

/** The scan of a range; the ranges looked at last are remembered. */
export const scanOf = (parameters: AdaptiveParameters, ranges: SideRanges, withOptions: boolean): Scan =>
  foundOrMade(parameters, ranges, withOptions, 0);

/** The same for one account with a size of its own, whose range few others have: what it reads is kept once several have looked. */
export const scanOfOne = (parameters: AdaptiveParameters, ranges: SideRanges, withOptions: boolean): Scan =>
  foundOrMade(parameters, ranges, withOptions, LOOKS_OF_ONE);

function foundOrMade(
  { grid, volatilityShock }: AdaptiveParameters,
  { long, short }: SideRanges,
  withOptions: boolean,
  looksBefore: number,
): Scan {
  const figures = [long.spot, long.scalar, short.spot, short.scalar, volatilityShock.up, volatilityShock.down];
  const key = `${figures.map(text).join(' ')} ${withOptions}`;
  const scans = known.get(grid) ?? new Map<string, KnownScan>();
  known.set(grid, scans);
  const { scan: found, looks } = scans.get(key) ?? { scan: undefined, looks: 0 };
  const keeps = found?.remembered === true || looks >= looksBefore;
  const scan =
    found?.remembered === keeps
      ? found
      : new Scan(grid, found?.points ?? scanPoints(grid, { long, short }, volatilityShock, withOptions), keeps);
  // The one used last goes last, so the first is the one not used for longest.
  scans.delete(key);
  scans.set(key, { scan, looks: looks + 1 });
  if (scans.size > REMEMBERED) scans.delete(scans.keys().next().value as string);
  return scan;
}
