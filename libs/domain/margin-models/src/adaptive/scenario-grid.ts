import { dec, minOf, ONE, text, ZERO, ModelInputError, type Decimal } from '@ballast/kernel';
import type { RiskScenario, TermDecay } from '@ballast/valuation';
import { floatOf, type SideRanges } from '@ballast/risk-schedule';

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
}

/** The same with what only the publisher of risk arrays reads. */
export interface PublishedGrid extends ScenarioGrid {
  /** How strongly a shock reaches an expiry. Floats: never read by a requirement. */
  readonly termDecay: TermDecay;
}

/** Where nothing is published: books of linear exposures look at the ends of their ranges only. */
export const NO_GRID: ScenarioGrid = {
  spotMoves: [ZERO],
  volatilityShocks: [ZERO],
  tailMoves: [],
  tailVolatilityShock: ZERO,
};

/** The grid that published scenarios lie on, told by their ids. */
export function gridOf(scenarios: readonly RiskScenario[]): ScenarioGrid {
  const axis = (values: readonly Decimal[]): readonly Decimal[] =>
    [...new Map(values.map((value) => [text(value), value])).values()].sort((a, b) => a.cmp(b));
  const inner = scenarios.filter(({ id }) => id.startsWith('spot'));
  const tails = scenarios.filter(({ id }) => id.startsWith('tail'));
  const moveOf = ({ spotFactor }: RiskScenario): Decimal => dec(spotFactor).minus(ONE);
  return {
    spotMoves: axis(inner.map(moveOf)),
    volatilityShocks: axis(inner.map(({ volatilityShock }) => dec(volatilityShock))),
    tailMoves: axis(tails.map(moveOf)),
    tailVolatilityShock: dec(tails[0]?.volatilityShock ?? '0'),
  };
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
  readonly float: FloatPoint;
}

/** A point in float64. */
export interface FloatPoint {
  readonly move: number;
  readonly weight: number;
  readonly corners: readonly FloatCorner[];
}

interface FloatCorner {
  /** In the order of `publishedScenarios`. */
  readonly scenario: number;
  readonly weight: number;
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
  ranges: SideRanges,
  shockPerScalar: { readonly up: Decimal; readonly down: Decimal },
  withOptions: boolean,
): readonly ScanPoint[] {
  const { long, short } = ranges;
  if (!withOptions) return [long.spot.neg(), ZERO, short.spot].map(linearPoint);
  const ofLongs = shocksAt(grid, shockPerScalar, long.scalar);
  const ofShorts = shocksAt(grid, shockPerScalar, short.scalar);
  const falls = within(grid.spotMoves, long.spot.neg(), ZERO).flatMap((move) => ofLongs.pointsOf(move));
  // Without a move, the points of both sides are the same where the shocks are.
  const rises = within(grid.spotMoves, ZERO, short.spot).flatMap((move) =>
    move.value.isZero() ? ofShorts.pointsBeside(ofLongs, move) : ofShorts.pointsOf(move),
  );
  const inner = grid.spotMoves.length * grid.volatilityShocks.length;
  const tails = grid.tailMoves.map((move, tail) => tailPoint(move, ranges, grid.tailVolatilityShock, inner + tail));
  return [...falls, ...rises, ...tails];
}

type ShockPerScalar = Parameters<typeof scanPoints>[2];

/** The volatility shocks of one V, and the points where they meet moves of the grid: those are the same whatever the range. */
class Shocks {
  readonly #values: readonly PlacedValue[];
  readonly #onGrid = new Map<PlacedValue, readonly GridPoint[]>();

  constructor(
    readonly grid: ScenarioGrid,
    readonly perScalar: ShockPerScalar,
    scalar: Decimal,
  ) {
    this.#values = shocksWithin(grid, perScalar, scalar);
  }

  pointsOf(move: PlacedValue): readonly GridPoint[] {
    const known = this.#onGrid.get(move);
    if (known !== undefined) return known;
    const made = this.#values.map((shock) => new GridPoint(this.grid, move, shock));
    if (isOnAxis(move)) this.#onGrid.set(move, made);
    return made;
  }

  /** Those that other shocks don't make. */
  pointsBeside(other: Shocks, move: PlacedValue): readonly GridPoint[] {
    if (other === this) return [];
    return this.pointsOf(move).filter(
      ({ volatilityShock }) => !other.#values.some(({ value }) => value.eq(volatilityShock)),
    );
  }
}

const knownShocks = new WeakMap<Decimal, Shocks>();

/** All ranges of a schedule have the V of its tables. */
function shocksAt(grid: ScenarioGrid, perScalar: ShockPerScalar, scalar: Decimal): Shocks {
  const known = knownShocks.get(scalar);
  if (known?.grid === grid && known.perScalar === perScalar) return known;
  const made = new Shocks(grid, perScalar, scalar);
  knownShocks.set(scalar, made);
  return made;
}

/** Volatility shocks to look at: both ends at that V, within the grid, and what lies between them on it. */
function shocksWithin(
  { volatilityShocks: shocks }: ScenarioGrid,
  perScalar: { readonly up: Decimal; readonly down: Decimal },
  scalar: Decimal,
): readonly PlacedValue[] {
  const [lowest, highest] = [shocks[0] ?? ZERO, shocks[shocks.length - 1] ?? ZERO];
  const down = minOf(perScalar.down.times(scalar), lowest.neg()).neg();
  return within(shocks, down, minOf(perScalar.up.times(scalar), highest));
}

/** Both ends of a range and what lies between them on an axis, rising. */
function within(axis: readonly Decimal[], from: Decimal, to: Decimal): readonly PlacedValue[] {
  if (from.eq(to)) return [placedOn(axis, from)];
  const between = onAxis(axis).filter(({ value }) => value.gt(from) && value.lt(to));
  return [placedOn(axis, from), ...between, placedOn(axis, to)];
}

/** A point that only linear exposures look at. */
export const linearPoint = (move: Decimal): ScanPoint => ({
  id: scenarioId(move, ZERO),
  move,
  volatilityShock: ZERO,
  corners: [],
  weight: ONE,
  float: { move: floatOf(move), weight: 1, corners: [] },
});

/** A value on an axis with the grid values around it. */
interface PlacedValue {
  readonly value: Decimal;
  readonly float: number;
  readonly around: readonly Neighbour[];
}

/** A grid value beside another value, and its part in what is interpolated there. */
interface Neighbour {
  /** On the axis. */
  readonly place: number;
  readonly value: Decimal;
  readonly weight: Decimal;
  readonly float: number;
}

const placed = (axis: readonly Decimal[], value: Decimal): PlacedValue => ({
  value,
  float: floatOf(value),
  around: neighbours(axis, value),
});

const placedAxes = new WeakMap<readonly Decimal[], readonly PlacedValue[]>();

/** The values of an axis, each in its own place. */
function onAxis(axis: readonly Decimal[]): readonly PlacedValue[] {
  const known = placedAxes.get(axis) ?? axis.map((value) => placed(axis, value));
  placedAxes.set(axis, known);
  return known;
}

/** A value in its place; a value of the axis is the same one each time. */
const placedOn = (axis: readonly Decimal[], value: Decimal): PlacedValue =>
  onAxis(axis).find((each) => each.value.eq(value)) ?? placed(axis, value);

/** Whether it is a value of the axis itself, which is placed once. */
const isOnAxis = ({ around }: PlacedValue): boolean => around.length === 1;

/** The float of the product, not a product of floats; most parts are 1, so that few products are needed. */
function floatOfProduct(first: Neighbour, second: Neighbour): number {
  if (first.weight === ONE) return second.float;
  return second.weight === ONE ? first.float : floatOf(first.weight.times(second.weight));
}

/** A point inside the grid. Most are looked at in float64 only, so their decimals wait until somebody asks. */
class GridPoint implements ScanPoint {
  readonly weight = ONE;
  readonly float: FloatPoint;
  #corners: readonly WeightedScenario[] | undefined;

  constructor(
    { volatilityShocks }: ScenarioGrid,
    private readonly spot: PlacedValue,
    private readonly shock: PlacedValue,
  ) {
    const corners: FloatCorner[] = [];
    for (const moved of spot.around) {
      for (const shocked of shock.around) {
        const scenario = moved.place * volatilityShocks.length + shocked.place;
        corners.push({ scenario, weight: floatOfProduct(moved, shocked) });
      }
    }
    this.float = { move: spot.float, weight: 1, corners };
  }

  get id(): string {
    return scenarioId(this.spot.value, this.shock.value);
  }

  get move(): Decimal {
    return this.spot.value;
  }

  get volatilityShock(): Decimal {
    return this.shock.value;
  }

  get corners(): readonly WeightedScenario[] {
    this.#corners ??= this.spot.around.flatMap((moved) =>
      this.shock.around.map((shocked) => ({
        id: scenarioId(moved.value, shocked.value),
        weight: moved.weight.times(shocked.weight),
      })),
    );
    return this.#corners;
  }
}

/**
 * The grid values around a value with their parts, which add up to 1. A part is exact where the distance of the grid values
 * divides decimally (0.01, 0.025, 0.2), else it has 40 digits.
 */
function neighbours(axis: readonly Decimal[], value: Decimal): readonly Neighbour[] {
  const above = axis.findIndex((candidate) => candidate.gte(value));
  const high = axis[above];
  if (high === undefined || (above === 0 && !high.eq(value))) {
    const message = `market.adaptive: a range up to ${text(value)} is wider than the published scenarios; widen the grid`;
    throw new ModelInputError('range-beyond-grid', 'market.adaptive', message);
  }
  if (high.eq(value)) return [{ place: above, value: high, weight: ONE, float: 1 }];
  const low = axis[above - 1] as Decimal;
  const weight = value.minus(low).div(high.minus(low));
  return [neighbour(above - 1, low, ONE.minus(weight)), neighbour(above, high, weight)];
}

const neighbour = (place: number, value: Decimal, weight: Decimal): Neighbour => ({
  place,
  value,
  weight,
  float: floatOf(weight),
});

function tailPoint(move: Decimal, ranges: SideRanges, volatilityShock: Decimal, scenario: number): ScanPoint {
  const size = move.abs();
  const { spot } = move.isNegative() ? ranges.long : ranges.short;
  const damping = minOf(spot, size);
  const weight = damping.div(size);
  const damped = move.isNegative() ? damping.neg() : damping;
  const float = floatOf(weight);
  return {
    id: tailId(move),
    move: damped,
    volatilityShock,
    corners: [{ id: tailId(move), weight }],
    weight,
    float: { move: floatOf(damped), weight: float, corners: [{ scenario, weight: float }] },
  };
}
