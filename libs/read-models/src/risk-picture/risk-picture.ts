/** An account with what a move of prices does to it; float64, for pictures only. USD. */
export interface RiskRow {
  readonly equity: number;
  readonly call: number;
  readonly liquidation: number;
  /** Signed value of the linear position, and of the coin held as collateral, by product. */
  readonly values: readonly number[];
  readonly coins: readonly number[];
}

/** Equity over call requirement at which the buckets of the distribution begin; the last has no end. */
export const USAGE_FLOORS = [0, 0.5, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10] as const;

export interface DistributionBucket {
  /** null: everything below the first floor, that is equity below zero. */
  readonly from: number | null;
  readonly to: number | null;
  readonly accounts: number;
  /** Sum of position values without sign. */
  readonly notional: number;
}

const notionalOf = ({ values }: RiskRow): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

/** Accounts with a requirement by how many times their equity covers it. */
export function distributionOf(rows: readonly RiskRow[]): readonly DistributionBucket[] {
  const counts = new Array<number>(USAGE_FLOORS.length + 1).fill(0);
  const notionals = new Array<number>(USAGE_FLOORS.length + 1).fill(0);
  for (const row of rows) {
    if (row.call <= 0) continue;
    const cover = row.equity / row.call;
    const bucket = USAGE_FLOORS.filter((floor) => cover >= floor).length;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    notionals[bucket] = (notionals[bucket] ?? 0) + notionalOf(row);
  }
  return counts.map((accounts, bucket) => ({
    from: USAGE_FLOORS[bucket - 1] ?? null,
    to: USAGE_FLOORS[bucket] ?? null,
    accounts,
    notional: notionals[bucket] ?? 0,
  }));
}

/** Share of an account's requirement that a product stands for: its part of all position values. */
function shareOf(row: RiskRow, product: number): number {
  const all = notionalOf(row);
  return all === 0 ? 0 : Math.abs(row.values[product] ?? 0) / all;
}

export interface ShockedShare {
  readonly move: number;
  /** Value of the positions in the product that accounts below the level hold, over all of it. */
  readonly belowCall: number;
  readonly belowLiquidation: number;
}

/** What share of a product's open interest is held by accounts below a level, if its price moved so far at once, rates as they are now. */
export function shockedShares(
  rows: readonly RiskRow[],
  product: number,
  moves: readonly number[],
): readonly ShockedShare[] {
  const held = rows.filter(({ values }) => (values[product] ?? 0) !== 0);
  const all = held.reduce((sum, { values }) => sum + Math.abs(values[product] ?? 0), 0);
  return moves.map((move) => {
    let belowCall = 0;
    let belowLiquidation = 0;
    for (const row of held) {
      const value = row.values[product] ?? 0;
      const equity = row.equity + move * (value + (row.coins[product] ?? 0));
      const grown = 1 + move * shareOf(row, product);
      if (equity < row.call * grown) belowCall += Math.abs(value);
      if (equity < row.liquidation * grown) belowLiquidation += Math.abs(value);
    }
    return {
      move,
      belowCall: all === 0 ? 0 : belowCall / all,
      belowLiquidation: all === 0 ? 0 : belowLiquidation / all,
    };
  });
}

export interface LiquidationBand {
  /** Move of the product's price from now; the band reaches from the one before. */
  readonly move: number;
  readonly longs: number;
  readonly shorts: number;
  readonly accounts: number;
}

/**
 * Value of the positions that would be closed out as the product's price alone moves, band by band away from now: at which move
 * each account meets its liquidation level, rates as they are now.
 */
export function liquidationBands(
  rows: readonly RiskRow[],
  product: number,
  moves: readonly number[],
): readonly LiquidationBand[] {
  const bands = moves.map((move) => ({ move, longs: 0, shorts: 0, accounts: 0 }));
  for (const row of rows) {
    const value = row.values[product] ?? 0;
    if (value === 0 || row.liquidation <= 0) continue;
    const slope = row.liquidation * shareOf(row, product) - (value + (row.coins[product] ?? 0));
    if (slope === 0) continue;
    const move = (row.equity - row.liquidation) / slope;
    // Below its level already: it belongs to the first band on its side.
    const met = row.equity < row.liquidation ? 0 : move;
    const isOnSide = value > 0 ? met <= 0 : met >= 0;
    const band =
      value > 0
        ? bands.findLast(({ move: at }) => at < 0 && at <= met)
        : bands.find(({ move: at }) => at > 0 && at >= met);
    if (band === undefined || !isOnSide) continue;
    band.accounts += 1;
    if (value > 0) band.longs += value;
    else band.shorts -= value;
  }
  return bands;
}
