import { distributionOf, liquidationBands, shockedShares, type RiskColumns } from './risk-picture.js';

interface Row {
  readonly equity: number;
  readonly call: number;
  readonly values: readonly number[];
  readonly coins: readonly number[];
}

const row = (equity: number, call: number, values: readonly number[], coins: readonly number[] = [0, 0]): Row => ({
  equity,
  call,
  values,
  coins,
});

/** Columns of two products, the liquidation level at half the call. */
const table = (...rows: readonly Row[]): RiskColumns => ({
  equity: Float64Array.from(rows, ({ equity }) => equity),
  call: Float64Array.from(rows, ({ call }) => call),
  liquidation: Float64Array.from(rows, ({ call }) => call / 2),
  notional: Float64Array.from(rows, ({ values }) => values.reduce((sum, value) => sum + Math.abs(value), 0)),
  products: 2,
  values: Float64Array.from(rows.flatMap(({ values }) => values)),
  coins: Float64Array.from(rows.flatMap(({ coins }) => coins)),
});

describe('the distribution of equity over requirement', () => {
  it('counts each account once, with its notional, and leaves out those without a requirement', () => {
    const buckets = distributionOf(
      table(row(-5, 10, [100, 0]), row(10, 10, [100, -50]), row(95, 10, [-7, 0]), row(9, 0, [0, 0])),
    );
    expect(buckets.filter(({ accounts }) => accounts > 0)).toEqual([
      { from: null, to: 0, accounts: 1, notional: 100 },
      { from: 1, to: 1.1, accounts: 1, notional: 150 },
      { from: 5, to: 10, accounts: 1, notional: 7 },
    ]);
  });

  it('puts the last bucket open ended', () => {
    expect(distributionOf(table(row(1_000, 1, [1, 0]))).at(-1)).toEqual({
      from: 10,
      to: null,
      accounts: 1,
      notional: 1,
    });
  });
});

describe('the share of open interest below a level after a move', () => {
  // At -10 % the long of 100 loses 10 of its equity of 12; its requirement falls from 5 to 4.5.
  it('moves equity by the value and the coin, and the requirement with the value', () => {
    const rows = table(row(12, 5, [100, 0]), row(50, 5, [-100, 0]));
    expect(shockedShares(rows, 0, [-0.1, 0, 0.1])).toEqual([
      { move: -0.1, belowCall: 0.5, belowLiquidation: 0.5 },
      { move: 0, belowCall: 0, belowLiquidation: 0 },
      { move: 0.1, belowCall: 0, belowLiquidation: 0 },
    ]);
  });

  it('counts a coin of the same name as exposure, and another product not at all', () => {
    const hedged = table(row(12, 5, [-100, 40], [100, 0]));
    expect(shockedShares(hedged, 0, [-0.3])).toEqual([{ move: -0.3, belowCall: 0, belowLiquidation: 0 }]);
    expect(shockedShares(table(row(12, 5, [0, 40])), 0, [-0.3])).toEqual([
      { move: -0.3, belowCall: 0, belowLiquidation: 0 },
    ]);
  });
});

describe('the liquidation map', () => {
  const moves = [-0.2, -0.1, 0.1, 0.2];

  it('puts longs below and shorts above, each in the band its level lies in', () => {
    // Long of 100: 12 + 100 m = 2.5 (1 + m) at m = -0.0974; short of 100: 22 - 100 m = 2.5 (1 + m) at m = 0.190.
    const bands = liquidationBands(table(row(12, 5, [100, 0]), row(22, 5, [-100, 0])), 0, moves);
    expect(bands).toEqual([
      { move: -0.2, longs: 0, shorts: 0, accounts: 0 },
      { move: -0.1, longs: 100, shorts: 0, accounts: 1 },
      { move: 0.1, longs: 0, shorts: 0, accounts: 0 },
      { move: 0.2, longs: 0, shorts: 100, accounts: 1 },
    ]);
  });

  it('puts who is below the level already into the nearest band, and leaves out what no move of the range reaches', () => {
    const bands = liquidationBands(table(row(1, 5, [100, 0]), row(900, 5, [-100, 0])), 0, moves);
    expect(bands.map(({ accounts }) => accounts)).toEqual([0, 1, 0, 0]);
  });
});
