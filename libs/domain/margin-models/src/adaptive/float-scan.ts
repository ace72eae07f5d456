import { ONE, text, ZERO, type Decimal } from '@ballast/kernel';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import type { AdaptiveRanges } from './adaptive-rates.js';
import type { OptionExposure } from './exposure.js';
import { floatOf } from './float-bound.js';
import { neighbours, publishedScenarios, shocksWithin, within, type ScenarioGrid } from './scenario-grid.js';

/** A published array in float64, by the number of the scenario. */
export interface FloatArray {
  readonly values: Float64Array;
  readonly unmoved: number;
}

/** What one unit of an option gains at the points of a scan, in float64. */
export interface FloatProfits {
  readonly profits: Float64Array;
  readonly least: number;
  readonly greatest: number;
  /** Greatest sum of the magnitudes that a profit is made of. */
  readonly magnitude: number;
}

/** Reads an array; a scenario that it lacks is no number, and makes no number of everything that needs it. */
export function floatArray(grid: ScenarioGrid, { values, unmoved }: OptionExposure): FloatArray {
  const published = publishedScenarios(grid).map(({ id }) => values.get(id));
  return {
    values: Float64Array.from(published, (value) => (value === undefined ? NaN : floatOf(value))),
    unmoved: floatOf(unmoved),
  };
}

const CORNERS = 4;

/**
 * The points of exact ranges in float64: moves, and up to four corners of each with their weights. Without options the ends of
 * the spot range. Their order does not matter.
 */
export class FloatScan {
  readonly moves: Float64Array;
  readonly leastMove: number;
  readonly greatestMove: number;
  /** Greatest relative move without its sign. */
  readonly reach: number;
  readonly points: number;
  readonly #corners: Int32Array;
  readonly #weights: Float64Array;
  readonly #wholes: Float64Array;
  readonly #profits = new WeakMap<FloatArray, FloatProfits>();

  constructor({ grid, volatilityShock }: AdaptiveParameters, ranges: AdaptiveRanges, withOptions: boolean) {
    const moves: number[] = [];
    const corners: number[] = [];
    const weights: number[] = [];
    const wholes: number[] = [];
    const shockCount = grid.volatilityShocks.length;
    for (const side of ['long', 'short'] as const) {
      const { spot, scalar } = ranges[side];
      const ends: [Decimal, Decimal] = side === 'long' ? [spot.neg(), ZERO] : [ZERO, spot];
      if (!withOptions) {
        moves.push(0, floatOf(side === 'long' ? spot.neg() : spot));
        continue;
      }
      const shocks = shocksWithin(grid, volatilityShock, scalar).map((shock) =>
        placesOn(grid.volatilityShocks, neighbours(grid.volatilityShocks, shock)),
      );
      for (const move of within(grid.spotMoves, ...ends)) {
        const float = floatOf(move);
        const spots = placesOn(grid.spotMoves, neighbours(grid.spotMoves, move));
        for (const around of shocks) {
          moves.push(float);
          wholes.push(1);
          for (let corner = 0; corner < CORNERS; corner += 1) {
            const [moved, shocked] = [spots[corner >> 1], around[corner & 1]];
            const there = moved !== undefined && shocked !== undefined;
            corners.push(there ? moved.place * shockCount + shocked.place : 0);
            weights.push(there ? moved.weight * shocked.weight : 0);
          }
        }
      }
    }
    (withOptions ? grid.tailMoves : []).forEach((move, tail) => {
      const { spot } = move.isNegative() ? ranges.long : ranges.short;
      const size = move.abs();
      const weight = floatOf(spot.gte(size) ? ONE : spot.div(size));
      moves.push((move.isNegative() ? -1 : 1) * floatOf(spot.gte(size) ? size : spot));
      wholes.push(weight);
      corners.push(grid.spotMoves.length * shockCount + tail, 0, 0, 0);
      weights.push(weight, 0, 0, 0);
    });
    this.moves = Float64Array.from(moves);
    this.points = moves.length;
    this.leastMove = Math.min(...moves);
    this.greatestMove = Math.max(...moves);
    this.reach = Math.max(-this.leastMove, this.greatestMove);
    this.#corners = Int32Array.from(corners);
    this.#weights = Float64Array.from(weights);
    this.#wholes = Float64Array.from(wholes);
  }

  /** The same array is read once. */
  profitsOf(array: FloatArray): FloatProfits {
    const known = this.#profits.get(array);
    if (known !== undefined) return known;
    const made = this.#profitsOf(array);
    this.#profits.set(array, made);
    return made;
  }

  #profitsOf({ values, unmoved }: FloatArray): FloatProfits {
    const profits = new Float64Array(this.points);
    let magnitude = 0;
    let least = Infinity;
    let greatest = -Infinity;
    for (let p = 0; p < profits.length; p += 1) {
      let moved = 0;
      let size = 0;
      for (let at = p * CORNERS; at < (p + 1) * CORNERS; at += 1) {
        const weight = this.#weights[at] as number;
        if (weight === 0) continue;
        const product = weight * (values[this.#corners[at] as number] as number);
        moved += product;
        size += Math.abs(product);
      }
      const stay = (this.#wholes[p] as number) * unmoved;
      const profit = moved - stay;
      profits[p] = profit;
      magnitude = Math.max(magnitude, size + Math.abs(stay));
      least = Math.min(least, profit);
      greatest = Math.max(greatest, profit);
    }
    return { profits, least, greatest, magnitude };
  }
}

function placesOn(
  axis: readonly Decimal[],
  around: ReturnType<typeof neighbours>,
): readonly { readonly place: number; readonly weight: number }[] {
  return around.map(({ value, weight }) => ({ place: axis.indexOf(value), weight: floatOf(weight) }));
}

/** Ranges of this many accounts are remembered. */
const REMEMBERED = 64;

/** Scans by their exact ranges; those used last are remembered. */
export class FloatScans {
  readonly #scans = new Map<string, FloatScan>();

  constructor(private readonly parameters: AdaptiveParameters) {}

  at(ranges: AdaptiveRanges, withOptions: boolean): FloatScan {
    const { long, short } = ranges;
    const key = `${[long.spot, long.scalar, short.spot, short.scalar].map(text).join(' ')} ${withOptions}`;
    const scan = this.#scans.get(key) ?? new FloatScan(this.parameters, ranges, withOptions);
    // The one used last goes last, so the first is the one not used for longest.
    this.#scans.delete(key);
    this.#scans.set(key, scan);
    if (this.#scans.size > REMEMBERED) this.#scans.delete(this.#scans.keys().next().value as string);
    return scan;
  }
}
