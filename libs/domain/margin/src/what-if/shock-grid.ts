import type { InstrumentId } from '@ballast/facts';
import { dec, ONE, sum, text, ZERO, ModelInputError, type Decimal } from '@ballast/kernel';
import type { Holdings } from '../assess/assessment.js';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import { notionalOf, type PricedContract } from '../assess/priced-contracts.js';

/** Relative moves of every underlying and relative shocks of implied volatility, each combined with each. */
export interface ShockGrid {
  readonly spotMoves: readonly Decimal[];
  readonly volatilityShocks: readonly Decimal[];
}

/** What the positions gain when the market moves at once, USD, loss negative. */
export interface ShockedProfit {
  readonly spotMove: Decimal;
  readonly volatilityShock: Decimal;
  readonly pnl: Decimal;
  readonly byPosition: readonly { readonly instrument: InstrumentId; readonly pnl: Decimal }[];
}

interface Corner {
  readonly index: number;
  readonly weight: Decimal;
}

/** Most points of a grid times open positions: what one question may cost. */
const MOST_CELLS = 50_000;

/**
 * Profit of every position at every point of a grid: published values, straight between the published scenarios in both
 * directions; a linear perpetual by its notional. Collateral is not in it. A row of one move at a time, so that nobody has to wait
 * for a large grid; everything is read of the market before the first.
 * @throws ModelInputError `shock-beyond-grid` when a point is outside of what is published, `what-if-too-large` when it is too much
 */
export function* shockedProfits(
  holdings: Holdings,
  market: AssessmentMarket,
  { spotMoves, volatilityShocks }: ShockGrid,
): Generator<readonly ShockedProfit[], void> {
  const open = [...holdings].flatMap(([id, { quantity }]) => {
    const contract = quantity.isZero() ? null : market.open(id);
    return contract === null ? [] : [{ contract, quantity, share: market.openShareOf(contract.instrument) }];
  });
  assertAffordable(spotMoves.length * volatilityShocks.length, open.length);
  const published = open.some(({ contract }) => contract.risk !== null) ? new PublishedGrid(market) : null;
  const unmoved = published?.cornersOf(ZERO, ZERO) ?? [];
  const positions = open.map(({ contract, quantity, share }) => ({
    instrument: contract.instrument.id,
    profitAt: profitOf(contract, quantity, unmoved),
    share,
  }));
  for (const spotMove of spotMoves) {
    yield volatilityShocks.map((volatilityShock): ShockedProfit => {
      const corners = published?.cornersOf(spotMove, volatilityShock) ?? [];
      const byPosition = positions.map(({ instrument, profitAt, share }) => ({
        instrument,
        pnl: profitAt(spotMove, corners).times(share),
      }));
      return { spotMove, volatilityShock, pnl: sum(byPosition.map(({ pnl }) => pnl)), byPosition };
    });
  }
}

function assertAffordable(points: number, positions: number): void {
  if (points * positions <= MOST_CELLS) return;
  const most = Math.floor(MOST_CELLS / positions);
  const message = `shocks: ${points} points for ${positions} positions are too many; ask for at most ${most} at a time`;
  throw new ModelInputError('what-if-too-large', 'shocks', message);
}

function profitOf(
  contract: PricedContract,
  quantity: Decimal,
  unmoved: readonly Corner[],
): (move: Decimal, corners: readonly Corner[]) => Decimal {
  const { risk } = contract;
  if (risk === null) {
    const size = notionalOf(contract, quantity);
    const signed = quantity.isNegative() ? size.neg() : size;
    return (move) => signed.times(move);
  }
  const values = new Map<number, Decimal>();
  const valueOf = (index: number): Decimal => {
    const known = values.get(index) ?? dec(risk.values[index] ?? '0');
    values.set(index, known);
    return known;
  };
  const valueAt = (at: readonly Corner[]): Decimal => sum(at.map(({ index, weight }) => valueOf(index).times(weight)));
  const now = valueAt(unmoved);
  return (_, corners) => valueAt(corners).minus(now).times(quantity);
}

/** Moves and shocks that values are published for. */
class PublishedGrid {
  readonly #moves: readonly Decimal[];
  readonly #shocks: readonly Decimal[];
  readonly #indexes = new Map<string, number>();
  readonly #between = new Map<string, readonly Neighbour[]>();

  constructor({ arrays }: AssessmentMarket) {
    const grid = (arrays?.scenarios ?? []).flatMap(({ id, spotFactor, volatilityShock }, index) =>
      // The extreme moves beyond the grid stand for themselves.
      id.startsWith('spot') ? [{ index, move: dec(spotFactor).minus(ONE), shock: dec(volatilityShock) }] : [],
    );
    this.#moves = grid.map(({ move }) => move);
    this.#shocks = grid.map(({ shock }) => shock);
    // The first of two that are the same counts.
    for (const { index, move, shock } of grid.toReversed()) this.#indexes.set(pointKey(move, shock), index);
  }

  cornersOf(move: Decimal, shock: Decimal): readonly Corner[] {
    const moves = this.#neighbours(this.#moves, move, 'spotMoves');
    const shocks = this.#neighbours(this.#shocks, shock, 'volatilityShocks');
    return moves.flatMap((atMove) =>
      shocks.flatMap((atShock): Corner[] => {
        const index = this.#indexes.get(pointKey(atMove.value, atShock.value));
        return index === undefined ? [] : [{ index, weight: atMove.weight.times(atShock.weight) }];
      }),
    );
  }

  #neighbours(axis: readonly Decimal[], value: Decimal, field: string): readonly Neighbour[] {
    const key = `${field} ${text(value)}`;
    const known = this.#between.get(key) ?? neighbours(axis, value, field);
    this.#between.set(key, known);
    return known;
  }
}

const pointKey = (move: Decimal, shock: Decimal): string => `${text(move)} ${text(shock)}`;

interface Neighbour {
  readonly value: Decimal;
  readonly weight: Decimal;
}

function neighbours(axis: readonly Decimal[], value: Decimal, field: string): readonly Neighbour[] {
  const below = axis.filter((one) => one.lte(value)).sort((a, b) => b.cmp(a))[0];
  const above = axis.filter((one) => one.gte(value)).sort((a, b) => a.cmp(b))[0];
  if (below === undefined || above === undefined) {
    const message = `${field}: ${value.toString()} is beyond the published scenarios; give a smaller shock`;
    throw new ModelInputError('shock-beyond-grid', field, message);
  }
  if (below.eq(above)) return [{ value: below, weight: ONE }];
  const weight = value.minus(below).div(above.minus(below));
  return [
    { value: below, weight: ONE.minus(weight) },
    { value: above, weight },
  ];
}
