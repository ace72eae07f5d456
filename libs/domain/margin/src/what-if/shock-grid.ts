import type { InstrumentId } from '@ballast/facts';
import { dec, ONE, sum, ZERO, ModelInputError, type Decimal } from '@ballast/kernel';
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

/**
 * Profit of every position at every point of a grid: published values, straight between the published scenarios in both
 * directions; a linear perpetual by its notional. Collateral is not in it.
 * @throws ModelInputError `shock-beyond-grid` when a point is outside of what is published
 */
export function shockedProfits(
  holdings: Holdings,
  market: AssessmentMarket,
  { spotMoves, volatilityShocks }: ShockGrid,
): readonly ShockedProfit[] {
  const open = [...holdings].flatMap(([id, { quantity }]) => {
    const contract = quantity.isZero() ? null : market.open(id);
    return contract === null ? [] : [{ contract, quantity }];
  });
  return spotMoves.flatMap((spotMove) =>
    volatilityShocks.map((volatilityShock): ShockedProfit => {
      const needsArrays = open.some(({ contract }) => contract.risk !== null);
      const corners = needsArrays ? cornersOf(market, spotMove, volatilityShock) : [];
      const unmoved = needsArrays ? cornersOf(market, ZERO, ZERO) : [];
      const byPosition = open.map(({ contract, quantity }) => ({
        instrument: contract.instrument.id,
        pnl: profitOf(contract, quantity, spotMove, corners, unmoved).times(market.openShareOf(contract.instrument)),
      }));
      return { spotMove, volatilityShock, pnl: sum(byPosition.map(({ pnl }) => pnl)), byPosition };
    }),
  );
}

function profitOf(
  contract: PricedContract,
  quantity: Decimal,
  move: Decimal,
  corners: readonly Corner[],
  unmoved: readonly Corner[],
): Decimal {
  const { risk } = contract;
  if (risk === null) {
    const size = notionalOf(contract, quantity);
    return (quantity.isNegative() ? size.neg() : size).times(move);
  }
  const valueAt = (at: readonly Corner[]): Decimal =>
    sum(at.map(({ index, weight }) => dec(risk.values[index] ?? '0').times(weight)));
  return valueAt(corners).minus(valueAt(unmoved)).times(quantity);
}

function cornersOf({ arrays }: AssessmentMarket, move: Decimal, shock: Decimal): readonly Corner[] {
  const grid = (arrays?.scenarios ?? []).flatMap(({ id, spotFactor, volatilityShock }, index) =>
    // The extreme moves beyond the grid stand for themselves.
    id.startsWith('spot') ? [{ index, move: dec(spotFactor).minus(ONE), shock: dec(volatilityShock) }] : [],
  );
  const moves = neighbours(
    grid.map((point) => point.move),
    move,
    'spotMoves',
  );
  const shocks = neighbours(
    grid.map((point) => point.shock),
    shock,
    'volatilityShocks',
  );
  return moves.flatMap((atMove) =>
    shocks.flatMap((atShock): Corner[] => {
      const point = grid.find((one) => one.move.eq(atMove.value) && one.shock.eq(atShock.value));
      return point === undefined ? [] : [{ index: point.index, weight: atMove.weight.times(atShock.weight) }];
    }),
  );
}

function neighbours(
  axis: readonly Decimal[],
  value: Decimal,
  field: string,
): readonly { readonly value: Decimal; readonly weight: Decimal }[] {
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
