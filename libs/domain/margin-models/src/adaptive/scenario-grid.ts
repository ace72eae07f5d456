import { minOf, ONE, text, ZERO, ModelInputError, type Decimal } from '@ballast/kernel';
import type { RiskScenario, TermDecay } from '@ballast/valuation';
import type { AdaptiveRanges } from './adaptive-rates.js';

/** The scenarios that a risk array is published at. */
export interface ScenarioGrid {
  /** Relative moves of the spot price, rising, 0 among them. */
  readonly spotMoves: readonly Decimal[];
  /** Relative shocks of implied volatility before its term structure, rising, 0 among them. */
  readonly volatilityShocks: readonly Decimal[];
  /** Extreme moves, dampened. */
  readonly tailMoves: readonly Decimal[];
  /** Shock of implied volatility in the extreme moves. */
  readonly tailVolatilityShock: Decimal;
  /** How strongly a shock reaches an expiry. Floats: read by the publisher of risk arrays only, never by a requirement. */
  readonly termDecay: TermDecay;
}

/** One scenario as the publisher of risk arrays values it. */
export interface PublishedScenario {
  readonly id: string;
  readonly spotMove: Decimal;
  readonly volatilityShock: Decimal;
}

const signed = (value: Decimal): string => `${value.isNegative() ? '' : '+'}${text(value)}`;
const scenarioId = (spotMove: Decimal, shock: Decimal): string => `spot${signed(spotMove)}/vol${signed(shock)}`;
const tailId = (spotMove: Decimal): string => `tail${signed(spotMove)}`;

/** Every scenario that a risk array needs, the grid first, then the tails. */
export function publishedScenarios(grid: ScenarioGrid): readonly PublishedScenario[] {
  const inner = grid.spotMoves.flatMap((spotMove) =>
    grid.volatilityShocks.map((volatilityShock) => ({
      id: scenarioId(spotMove, volatilityShock),
      spotMove,
      volatilityShock,
    })),
  );
  const volatilityShock = grid.tailVolatilityShock;
  return [...inner, ...grid.tailMoves.map((spotMove) => ({ id: tailId(spotMove), spotMove, volatilityShock }))];
}

/** The same as whoever publishes risk arrays names them. */
export function riskScenarios(grid: ScenarioGrid): readonly RiskScenario[] {
  return publishedScenarios(grid).map(({ id, spotMove, volatilityShock }) => ({
    id,
    spotFactor: text(ONE.plus(spotMove)),
    volatilityShock: text(volatilityShock),
  }));
}

/** A published value and its part in an interpolated one. */
export interface WeightedScenario {
  readonly id: string;
  readonly weight: Decimal;
}

/**
 * A point of the range that is looked at. The profit of a published array there is
 *   sum over corners of weight * value - weight * value without any move:
 * straight in both directions inside the grid; of a tail its profit times min(1, r / |move|).
 */
export interface ScanPoint {
  readonly id: string;
  /** Relative move that linear exposures take. */
  readonly move: Decimal;
  readonly volatilityShock: Decimal;
  readonly corners: readonly WeightedScenario[];
  /** Sum of the weights: 1 inside the grid. */
  readonly weight: Decimal;
}

/**
 * The points at which a loss that is straight between grid points is greatest over the nested range
 *   { -r_long <= x <= 0, V_long } and { 0 <= x <= r_short, V_short },   -down V <= shock <= up V:
 * every grid point in it, and where its border crosses the grid. A wider range includes a narrower one.
 * Then the tails, whose profits are multiplied by min(1, r / |move|).
 * @param withOptions false: linear exposures only, whose worst points are the ends of the spot range
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-003
 */
export function scanPoints(
  grid: ScenarioGrid,
  ranges: AdaptiveRanges,
  shockPerScalar: { readonly up: Decimal; readonly down: Decimal },
  withOptions: boolean,
): readonly ScanPoint[] {
  const points = new Map<string, ScanPoint>();
  for (const side of ['long', 'short'] as const) {
    const { spot, scalar } = ranges[side];
    const spots = side === 'long' ? [spot.neg(), ZERO] : [ZERO, spot];
    if (!withOptions) {
      for (const move of spots) points.set(scenarioId(move, ZERO), linearPoint(move));
      continue;
    }
    for (const move of within(grid.spotMoves, spots[0] as Decimal, spots[1] as Decimal)) {
      for (const shock of shocksWithin(grid, shockPerScalar, scalar)) {
        const point = gridPoint(grid, move, shock);
        points.set(point.id, point);
      }
    }
  }
  if (withOptions) {
    for (const move of grid.tailMoves) {
      const point = tailPoint(move, ranges, grid.tailVolatilityShock);
      points.set(point.id, point);
    }
  }
  return [...points.values()];
}

/** Volatility shocks to look at: both ends at that V, within the grid, and what lies between them on it. */
export function shocksWithin(
  { volatilityShocks: shocks }: ScenarioGrid,
  perScalar: { readonly up: Decimal; readonly down: Decimal },
  scalar: Decimal,
): readonly Decimal[] {
  const [lowest, highest] = [shocks[0] ?? ZERO, shocks[shocks.length - 1] ?? ZERO];
  const down = minOf(perScalar.down.times(scalar), lowest.neg()).neg();
  return within(shocks, down, minOf(perScalar.up.times(scalar), highest));
}

/** Both ends of a range and what lies between them on an axis, rising. */
export function within(axis: readonly Decimal[], from: Decimal, to: Decimal): readonly Decimal[] {
  const between = axis.filter((value) => value.gt(from) && value.lt(to));
  return from.eq(to) ? [from] : [from, ...between, to];
}

const linearPoint = (move: Decimal): ScanPoint => ({
  id: scenarioId(move, ZERO),
  move,
  volatilityShock: ZERO,
  corners: [],
  weight: ONE,
});

function gridPoint(grid: ScenarioGrid, move: Decimal, shock: Decimal): ScanPoint {
  const spots = neighbours(grid.spotMoves, move);
  const shocks = neighbours(grid.volatilityShocks, shock);
  const corners = spots.flatMap((spot) =>
    shocks.map(({ value, weight }) => ({
      id: scenarioId(spot.value, value),
      weight: spot.weight.times(weight),
    })),
  );
  return {
    id: scenarioId(move, shock),
    move,
    volatilityShock: shock,
    corners,
    weight: ONE,
  };
}

/**
 * The grid values around a value with their parts, which add up to 1. A part is exact where the distance of the grid values
 * divides decimally (0.01, 0.025, 0.2), else it has 40 digits.
 */
export function neighbours(
  axis: readonly Decimal[],
  value: Decimal,
): readonly { readonly value: Decimal; readonly weight: Decimal }[] {
  const above = axis.findIndex((candidate) => candidate.gte(value));
  const high = axis[above];
  if (high === undefined || (above === 0 && !high.eq(value))) {
    const message = `market.adaptive: a range up to ${text(value)} is wider than the published scenarios; widen the grid`;
    throw new ModelInputError('range-beyond-grid', 'market.adaptive', message);
  }
  if (high.eq(value)) return [{ value: high, weight: ONE }];
  const low = axis[above - 1] as Decimal;
  const weight = value.minus(low).div(high.minus(low));
  return [
    { value: low, weight: ONE.minus(weight) },
    { value: high, weight },
  ];
}

function tailPoint(move: Decimal, ranges: AdaptiveRanges, volatilityShock: Decimal): ScanPoint {
  const size = move.abs();
  const { spot } = move.isNegative() ? ranges.long : ranges.short;
  const damping = minOf(spot, size);
  const weight = damping.div(size);
  return {
    id: tailId(move),
    move: move.isNegative() ? damping.neg() : damping,
    volatilityShock,
    corners: [{ id: tailId(move), weight }],
    weight,
  };
}
