import type { AdaptiveRanges } from './adaptive-rates.js';
import { floatOf } from './float-bound.js';
import type { FloatArray, FloatScan } from './float-scan.js';

/** A position, or a coin held as collateral, in float64. */
export interface FloatExposure {
  readonly underlying: string;
  readonly expiry: string;
  /** USD gained per unit of relative move; 0 for an option. */
  readonly linear: number;
  /** Null for anything but an option. */
  readonly option: { readonly type: 'call' | 'put'; readonly units: number; readonly array: FloatArray } | null;
  readonly delta: number;
  /** What a doubtful price asks for new risk: part of the charge of the position on its own. */
  readonly doubt: number;
}

/** Weights of a requirement in float64. */
export interface FloatWeights {
  readonly betweenExpiries: number;
  readonly betweenPositions: number;
  readonly shortOptionMinimum: number;
}

/** A requirement in float64 and the sum of the magnitudes that its error is proportional to. */
export interface FloatRequirement {
  readonly total: number;
  readonly magnitude: number;
  /** Sum of the charges on their own, each by its doubt. */
  readonly doubtful: number;
  readonly doubtfulMagnitude: number;
}

interface ExpirySums {
  readonly profits: Float64Array;
  readonly units: { call: number; put: number };
}

/**
 * `underlyingRequirement` in float64: products, sums and comparisons in a written order.
 * @param spot USD
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export function floatRequirement(
  exposures: readonly FloatExposure[],
  ranges: AdaptiveRanges,
  scan: FloatScan,
  spot: number,
  weights: FloatWeights,
): FloatRequirement {
  const least = spot * weights.shortOptionMinimum;
  const minimum = { call: least * floatOf(ranges.short.spot), put: least * floatOf(ranges.long.spot) };
  const expiries = new Map<string, ExpirySums>();
  let magnitude = 0;
  let alone = 0;
  let doubtful = 0;
  let doubtfulMagnitude = 0;
  for (const exposure of exposures) {
    let sums = expiries.get(exposure.expiry);
    if (sums === undefined) {
      sums = { profits: new Float64Array(scan.points), units: { call: 0, put: 0 } };
      expiries.set(exposure.expiry, sums);
    }
    const { charge, size } = addExposure(sums, exposure, scan, minimum);
    alone += charge;
    magnitude += size;
    doubtful += charge * exposure.doubt;
    doubtfulMagnitude += size * exposure.doubt;
  }
  const together = new Float64Array(scan.points);
  let byExpiry = 0;
  let minimumOfAll = 0;
  for (const { profits, units } of expiries.values()) {
    for (let p = 0; p < together.length; p += 1) together[p] = (together[p] as number) + (profits[p] as number);
    const own = Math.max(0, -units.call) * minimum.call + Math.max(0, -units.put) * minimum.put;
    minimumOfAll += own;
    byExpiry += Math.max(lossOf(profits), own);
  }
  const joint = Math.max(lossOf(together), minimumOfAll);
  const total =
    joint +
    weights.betweenExpiries * Math.max(0, byExpiry - joint) +
    weights.betweenPositions * Math.max(0, alone - joint);
  return { total, magnitude, doubtful, doubtfulMagnitude };
}

/** Adds an exposure to its expiry; returns its charge on its own and the magnitude of all that was added. */
function addExposure(
  { profits, units }: ExpirySums,
  { linear, option }: FloatExposure,
  scan: FloatScan,
  minimum: Readonly<Record<'call' | 'put', number>>,
): { readonly charge: number; readonly size: number } {
  if (option === null) {
    const { moves, leastMove, greatestMove, reach } = scan;
    for (let p = 0; p < profits.length; p += 1) profits[p] = (profits[p] as number) + linear * (moves[p] as number);
    return { charge: -linear * (linear < 0 ? greatestMove : leastMove), size: Math.abs(linear) * reach };
  }
  const unit = scan.profitsOf(option.array);
  const held = option.units;
  for (let p = 0; p < profits.length; p += 1) {
    profits[p] = (profits[p] as number) + held * (unit.profits[p] as number);
  }
  units[option.type] += held;
  const loss = Math.max(0, -held * (held < 0 ? unit.greatest : unit.least));
  const short = Math.max(0, -held) * minimum[option.type];
  return { charge: Math.max(loss, short), size: Math.abs(held) * (unit.magnitude + minimum[option.type]) };
}

function lossOf(profits: Float64Array): number {
  let least = 0;
  for (const profit of profits) least = Math.min(least, profit);
  return -least;
}
