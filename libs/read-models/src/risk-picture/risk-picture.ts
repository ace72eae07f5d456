/** Accounts with what a move of prices does to them, a column per figure; float64, for pictures only. USD. */
export interface RiskColumns {
  readonly equity: Float64Array;
  readonly call: Float64Array;
  readonly liquidation: Float64Array;
  /** Value of all linear positions without sign. */
  readonly notional: Float64Array;
  /** So many values stand side by side for each account in the next two. */
  readonly products: number;
  /** Signed value of the linear position, and of the coin held as collateral. */
  readonly values: Float64Array;
  readonly coins: Float64Array;
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

/** Accounts with a requirement by how many times their equity covers it. */
export function distributionOf({ equity, call, notional }: RiskColumns): readonly DistributionBucket[] {
  const counts = new Array<number>(USAGE_FLOORS.length + 1).fill(0);
  const notionals = new Array<number>(USAGE_FLOORS.length + 1).fill(0);
  call.forEach((required, row) => {
    if (required <= 0) return;
    const cover = (equity[row] as number) / required;
    let bucket = 0;
    while (bucket < USAGE_FLOORS.length && cover >= (USAGE_FLOORS[bucket] as number)) bucket += 1;
    counts[bucket] = (counts[bucket] as number) + 1;
    notionals[bucket] = (notionals[bucket] as number) + (notional[row] as number);
  });
  return counts.map((accounts, bucket) => ({
    from: USAGE_FLOORS[bucket - 1] ?? null,
    to: USAGE_FLOORS[bucket] ?? null,
    accounts,
    notional: notionals[bucket] ?? 0,
  }));
}

/** One holder of a product; used again for every holder. */
interface Holder {
  equity: number;
  call: number;
  liquidation: number;
  /** Signed value of the position. */
  value: number;
  /** Of position and coin: what equity gains when the price doubles. */
  exposure: number;
  /** Part of the requirement that the product stands for: its part of all position values. */
  share: number;
}

function forEachHolder(columns: RiskColumns, product: number, look: (holder: Holder) => void): void {
  const { equity, call, liquidation, notional, products, values, coins } = columns;
  const holder: Holder = { equity: 0, call: 0, liquidation: 0, value: 0, exposure: 0, share: 0 };
  for (let row = 0; row < equity.length; row += 1) {
    const place = row * products + product;
    const value = values[place] as number;
    if (value === 0) continue;
    holder.equity = equity[row] as number;
    holder.call = call[row] as number;
    holder.liquidation = liquidation[row] as number;
    holder.value = value;
    holder.exposure = value + (coins[place] as number);
    holder.share = Math.abs(value) / (notional[row] as number);
    look(holder);
  }
}

export interface ShockedShare {
  readonly move: number;
  /** Value of the positions in the product that accounts below the level hold, over all of it. */
  readonly belowCall: number;
  readonly belowLiquidation: number;
}

/** What share of a product's open interest is held by accounts below a level, if its price moved so far at once, rates as they are now. */
export function shockedShares(
  columns: RiskColumns,
  product: number,
  moves: readonly number[],
): readonly ShockedShare[] {
  let all = 0;
  const shares = moves.map((move) => ({ move, belowCall: 0, belowLiquidation: 0 }));
  forEachHolder(columns, product, ({ equity, call, liquidation, value, exposure, share }) => {
    const size = Math.abs(value);
    all += size;
    for (const shocked of shares) {
      const left = equity + shocked.move * exposure;
      const grown = 1 + shocked.move * share;
      if (left < call * grown) shocked.belowCall += size;
      if (left < liquidation * grown) shocked.belowLiquidation += size;
    }
  });
  return shares.map(({ move, belowCall, belowLiquidation }) => ({
    move,
    belowCall: all === 0 ? 0 : belowCall / all,
    belowLiquidation: all === 0 ? 0 : belowLiquidation / all,
  }));
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
  columns: RiskColumns,
  product: number,
  moves: readonly number[],
): readonly LiquidationBand[] {
  const bands = moves.map((move) => ({ move, longs: 0, shorts: 0, accounts: 0 }));
  forEachHolder(columns, product, ({ equity, liquidation, value, exposure, share }) => {
    const slope = liquidation * share - exposure;
    if (liquidation <= 0 || slope === 0) return;
    // Below its level already: it belongs to the first band on its side.
    const met = equity < liquidation ? 0 : (equity - liquidation) / slope;
    const isOnSide = value > 0 ? met <= 0 : met >= 0;
    const band =
      value > 0
        ? bands.findLast(({ move: at }) => at < 0 && at <= met)
        : bands.find(({ move: at }) => at > 0 && at >= met);
    if (band === undefined || !isOnSide) return;
    band.accounts += 1;
    if (value > 0) band.longs += value;
    else band.shorts -= value;
  });
  return bands;
}
